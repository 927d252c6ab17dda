"""Waits until the registry answers over TLS that the site CA vouches for. Arguments: URL, CA file."""
import ssl
import sys
import time
import urllib.request

url, authority = sys.argv[1:]
opener = urllib.request.build_opener(
    urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=ssl.create_default_context(cafile=authority))
)
deadline = time.monotonic() + 20
while True:
    try:
        opener.open(url, timeout=2).close()
        sys.exit(0)
    except OSError as error:
        # Not yet listening passes; a certificate that the site CA does not vouch for never will.
        if time.monotonic() > deadline or "CERTIFICATE_VERIFY_FAILED" in str(error):
            sys.exit("Expected the registry to answer at %s, found: %s. See: docker logs barecast-registry" % (url, error))
    time.sleep(0.05)
