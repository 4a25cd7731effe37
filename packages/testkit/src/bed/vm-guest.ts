/**
 * What runs in the virtual machine. `INIT` is the initramfs's: it puts the machine's own file system, covered by
 * RAM that takes the writes, in place of itself. MODULES, in load order, are beside it.
 */
export const INIT = `#!/bin/busybox sh
/bin/busybox mkdir -p /proc /sys /dev /lower /modules /ram /new
/bin/busybox --install -s /bin
export PATH=/bin
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t devtmpfs dev /dev
trap 'poweroff -f' EXIT
set -e
for module in $(cat /load-order); do insmod /$module; done
share() { mount -t 9p -o ro,trans=virtio,version=9p2000.L,msize=512000,cache=loose $1 $2; }
share root /lower
mount -t tmpfs ram /ram
mkdir /ram/upper /ram/work
mount -t overlay -o lowerdir=/lower,upperdir=/ram/upper,workdir=/ram/work root /new
mount -t tmpfs run /new/run
mkdir -p /new/run/lock /new/run/vm /new/lib/modules/$(uname -r)
share modules /new/lib/modules/$(uname -r)
mkdir -p /dev/pts /dev/net
mknod /dev/net/tun c 10 200
mount -t devpts devpts /dev/pts
ln -s /proc/self/fd /dev/fd
cp /bin/busybox /agent /new/run/vm
ip link set lo up
for folder in proc sys dev; do mount --move /$folder /new/$folder; done
cd /new
mount --move . /
exec chroot . /run/vm/busybox sh /run/vm/agent
`;

/**
 * The machine's only process: it takes a line for each command, \`COMMAND INPUT\`, and answers \`STATUS STDOUT STDERR\`,
 * all but the status in base64 (and with a dot, lest they be empty).
 */
export const AGENT = `export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8
cd /run/vm
for port in /sys/class/virtio-ports/*; do
  [ "$(cat $port/name)" = agent ] && exec 3<>/dev/\${port##*/}
done
decode() { printf %s "\${1#.}" | ./busybox base64 -d; }
encode() { printf ' .'; ./busybox base64 -w 0 $1; }
echo ready >&3
while read -r command input <&3; do
  decode "$command" >command
  decode "$input" >input
  bash command <input >output 2>errors 3>&-
  { printf %s $?; encode output; encode errors; echo; } >&3
done
./busybox poweroff -f
`;

/** What the machine needs before it can load the others from the share. */
export const EARLY_MODULES = ['virtio_pci', 'virtio_console', '9pnet_virtio', '9p', 'overlay'];
