/**
 * What runs in a guest that a test starts on a network card: it gives the card an address, pings its peer and tells of
 * both on its serial console. The kernel's command line has `vif.address` and `vif.peer`.
 */
export const GUEST_INIT = `#!/bin/busybox sh
/bin/busybox mkdir -p /proc /sys /dev
/bin/busybox --install -s /bin
export PATH=/bin
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t devtmpfs dev /dev
exec </dev/null >/dev/ttyS0 2>&1
for module in $(cat /load-order); do insmod /$module; done
for word in $(cat /proc/cmdline); do
  case $word in
    vif.address=*) address=\${word#*=} ;;
    vif.peer=*) peer=\${word#*=} ;;
  esac
done
cd /sys/class/net/eth0
ip link set dev eth0 up
ip address add $address dev eth0
tries=0
until [ "$pings" = 3 ] || [ $tries = 30 ]; do
  pings=$(ping -c 3 -i 0.2 -W 1 $peer | sed -n 's/.* \\([0-9]*\\) packets received.*/\\1/p')
  tries=$((tries + 1))
done
echo "vif: mac=$(cat address) mtu=$(cat mtu) queues=$(ls -d queues/rx-* | wc -l) pings=\${pings:-0}"
while :; do sleep 3600; done
`;

export const GUEST_MODULES = ['virtio_pci', 'virtio_net'];
