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
echo "dockerEnabled=$(systemctl is-enabled docker.service 2>/dev/null || true)"
echo "dockerGid=$(getent group docker | cut -d: -f3)"
# Settings of Docker on a host where barecast never was: the site's own would replace them.
echo "dockerSettings=$([ -e /etc/barecast ] || tr -d ' \n\t' </etc/docker/daemon.json 2>/dev/null | sed 's/^{}$//')"
echo "otherFirewalls=$(for unit in ufw firewalld; do systemctl is-active --quiet $unit && printf '%s ' $unit; done)"
echo "packages=$(dpkg-query -W -f '${db:Status-Status}:${Package} ' 2>/dev/null | tr ' ' '\n' | sed -n 's/^installed://p' | tr '\n' ' ')"
# Who listens, as protocol/port/program. On a host that is the site's already, not Docker and what it runs: those are the site's own.
echo "listening=$(ss -Hlntup 2>/dev/null | while read -r protocol _ _ _ local _ users; do
  program=${users#*\"}; program=${program%%\"*}
  pid=${users#*pid=}; pid=${pid%%,*}
  if [ -e /etc/barecast ] && { [ -z "$users" ] || grep -q docker "/proc/$pid/cgroup" 2>/dev/null; }; then continue; fi
  echo "$protocol/${local##*:}/${program:-kernel}"
done | sort -u | tr '\n' ' ')"
