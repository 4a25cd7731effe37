#!/usr/bin/env bash
# Installs the Debian package on a root that debootstrap makes, with nothing but what the package depends on; uses, removes and
# purges it, and fails if anything is left. By hand, as root, with debootstrap and a built working copy:
#   test/debian/clean-root.sh
# Debian comes from where apt has it on this machine.
set -euo pipefail
# Mounts are this script's own, and end with it.
[[ ${OWN_MOUNTS:-} ]] || OWN_MOUNTS=1 exec unshare --mount --propagation private "$0"
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp --directory)
root=$work/root
finish() {
  local status=$?
  # What debootstrap and apt said is worth reading only when one of them failed.
  ((status == 0)) || tail --quiet --lines=20 "$work"/*.log >&2 2>/dev/null || true
  umount "$root"/{dev/pts,proc,run,tmp} 2>/dev/null || true
  rm -rf --one-file-system "$work"
}
trap finish EXIT
command -v debootstrap >/dev/null || { echo 'clean-root.sh: debootstrap is missing' >&2; exit 1; }

DEBFULLNAME='The test' DEBEMAIL=nobody@debian.org node "$here/../../packages/cli/scripts/deb.js" "$work" >"$work/name"
deb=$(cat "$work/name")

# shellcheck disable=SC2016 # the variables are apt's
read -r mirror release < <(apt-get indextargets --format '$(REPO_URI) $(CODENAME)' 'Identifier: Packages' 'Origin: Debian' | grep -v -- '-[a-z-]*$')
echo "debootstrap of $release"
began=$SECONDS
debootstrap --variant=minbase "$release" "$root" "$mirror" >"$work/debootstrap.log"
echo "took $((SECONDS - began)) s"

# What the package depends on, but for Node.js: that of this machine stands in for Debian's.
depends=$(dpkg-deb --field "$deb" Depends | sed 's/nodejs ([^)]*), *//')
mount -t proc proc "$root/proc"
mount -t devpts devpts "$root/dev/pts" # apt logs what it says to a terminal of its own
chroot "$root" apt-get satisfy --quiet=2 --yes --no-install-recommends "$depends" >"$work/apt.log"
mkdir -p "$work/nodejs/DEBIAN"
printf '%s\n' 'Package: nodejs' "Version: $(node -p process.versions.node)" 'Architecture: all' \
  'Maintainer: The test <nobody@debian.org>' 'Description: the one that runs this test' >"$work/nodejs/DEBIAN/control"
dpkg-deb --root-owner-group --build "$work/nodejs" "$root/mnt/nodejs.deb" >/dev/null
cp "$(node -p process.execPath)" "$root/mnt/node"
cp "$deb" "$root/mnt/vif.deb"
cp "$here/life.sh" "$root/mnt/"
cat >"$root/mnt/request.json" <<'END'
{
  "vif": { "id": "9b2d1e63-704c-4c9f-8e1d-306f8ba25d02", "address": "fa:16:3e:10:00:02", "type": "tap", "devname": "tap1" },
  "instance": { "uuid": "1f104d5e-2c3b-4d7e-9fa0-b1c2d3e4f502" }
}
END
mount -t tmpfs none "$root/run"
mount -t tmpfs none "$root/tmp"
mkdir "$root/dev/net"
mknod "$root/dev/net/tun" c 10 200

# Every file with its rights, its owner and its sum, but for dpkg's own notes and copies of the accounts.
files() {
  local own=(-xdev -not -path './var/lib/dpkg/*' -not -path './var/log/*' -not -path './var/cache/*'
    -not -regex './etc/\(g?shadow\|passwd\|group\|sub[ug]id\)-' -not -name .pwd.lock)
  cd "$root"
  find . "${own[@]}" -printf '%p %y %m %U:%G %l\n' | sort
  find . "${own[@]}" -type f -exec md5sum {} + | sort --key=2
}
env --ignore-environment PATH="$PATH" chroot "$root" sh /mnt/life.sh node >"$work/node.log"
(files) >"$work/before"
unshare --net --mount sh -c 'mount -t sysfs sysfs "$1/sys"; env --ignore-environment PATH="$PATH" chroot "$1" sh /mnt/life.sh package' - "$root"
(files) >"$work/after"
diff "$work/before" "$work/after"
echo 'nothing is left'
