#!/bin/sh
# Inside a root of Debian whose /mnt has nodejs.deb, node, vif.deb and request.json. `life.sh node` installs this Node.js as
# Debian's package of it, which may be too old; `life.sh package` installs the command, uses it, removes and purges it.
set -e
export PATH=/usr/sbin:/usr/bin:/sbin:/bin DEBIAN_FRONTEND=noninteractive
export XDG_CACHE_HOME=/tmp/cache # V8's code, which is the user's

case $1 in
node)
  have=$(dpkg-query --show --showformat='${Version}' nodejs 2>/dev/null || echo 0)
  dpkg --compare-versions "$have" ge 20.19 || dpkg --install /mnt/nodejs.deb
  cp /mnt/node /usr/bin/node
  ;;
package)
  dpkg --install /mnt/vif.deb
  test "$(stat -c '%U:%G %a' /run/vifkit)" = 'root:vif 2770'
  id vif
  vif --version
  vif plug /mnt/request.json
  vif list
  vif check --all
  vif -v unplug /mnt/request.json
  man -l /usr/share/man/man1/vif.1.gz >/dev/null 2>&1 || zcat /usr/share/man/man1/vif.1.gz | head -1
  dpkg --remove vif
  test ! -e /usr/bin/vif
  dpkg --purge vif
  test -z "$(getent passwd vif)"
  test ! -e /run/vifkit
  ;;
esac
