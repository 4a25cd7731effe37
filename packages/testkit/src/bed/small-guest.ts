/**
 * What runs in a guest that a test starts: it gives each network card an address, pings its peer, and reports both, and
 * removed cards, on its serial console. The kernel's command line has `vif.address` and `vif.peer`; a card that is
 * plugged in while the guest runs gets the address, too. With `vif.cards=0` there need be none at first.
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
    vif.cards=0) none=1 ;;
  esac
done
configure() {
  cd /sys/class/net/$1
  ip link set dev $1 up
  ip address add $address dev $1
  tries=0
  pings=0
  until [ "$pings" = 3 ] || [ $tries = 30 ]; do
    pings=$(ping -c 3 -i 0.2 -W 1 $peer | sed -n 's/.* \\([0-9]*\\) packets received.*/\\1/p')
    tries=$((tries + 1))
  done
  echo "vif: mac=$(cat address) mtu=$(cat mtu) queues=$(ls -d queues/rx-* | wc -l) pings=\${pings:-0}"
  cd /sys/class/net
}
cd /sys/class/net
[ "$none" ] || configure eth0
echo "vif: ready"
set -- *
known=$*
while :; do
  set -- * # without a process: idle guests are to leave the processors to others
  cards=$*
  for card in $cards; do case " "$known" " in *$card*) ;; *) usleep 300000; configure $card ;; esac; done
  for card in $known; do case " "$cards" " in *$card*) ;; *) echo "vif: gone=$card" ;; esac; done
  known=$cards
  usleep 200000
done
`;

export const GUEST_MODULES = ['virtio_pci', 'virtio_net'];
