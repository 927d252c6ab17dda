# Runs on the host before Python is known to be there: facts as key=value lines, nothing is changed.
. /etc/os-release
echo "id=$ID"
echo "version=${VERSION_ID:-0}"
echo "init=$(cat /proc/1/comm)"
echo "uid=$(id -u)"
echo "virt=$(systemd-detect-virt --container 2>/dev/null || true)"
echo "python=$(command -v /usr/bin/python3 || true)"
echo "freeMiB=$(df -Pm /var/lib | awk 'NR == 2 { print $4 }')"
echo "lists=$(ls /var/lib/apt/lists 2>/dev/null | grep -c _Packages)"
echo "dockerd=$(dockerd --version 2>/dev/null | sed 's/^Docker version \([0-9.]*\).*/\1/')"
echo "dockerActive=$(systemctl is-active docker.service 2>/dev/null || true)"
echo "otherFirewalls=$(for unit in ufw firewalld; do systemctl is-active --quiet $unit && printf '%s ' $unit; done)"
echo "packages=$(dpkg-query -W -f '${db:Status-Status}:${Package} ' 2>/dev/null | tr ' ' '\n' | sed -n 's/^installed://p' | tr '\n' ' ')"
