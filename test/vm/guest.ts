import type { Machine } from './machine.js';

/** Hands frames to and fro between a tap and a link. What the module `socket` imports takes the machine a second. */
const PROGRAM = `import fcntl, os, select, struct, sys
from _socket import AF_PACKET, SOCK_RAW, htons, socket
tap = os.open('/dev/net/tun', os.O_RDWR)
fcntl.ioctl(tap, 0x400454CA, struct.pack('16sH22x', sys.argv[1].encode(), 0x1002))
link = socket(AF_PACKET, SOCK_RAW, htons(3))
link.bind((sys.argv[2], 0))
print('open', flush=True)
while True:
    for ready in select.select([tap, link], [], [])[0]:
        if ready is tap: link.send(os.read(tap, 65536))
        else:
            frame, address = link.recvfrom(65536)
            try:
                if address[2] != 4: os.write(tap, frame)
            except OSError: pass  # the tap is not up yet
`;

/** Stands for a guest with the address 10.0.0.NUMBER: a network namespace behind a tap. */
export class Guest {
  constructor(
    private readonly machine: Machine,
    private readonly number: number,
    private readonly tap: string,
  ) {}

  /** Opens the tap, which it makes unless it is there, and sets it up, as a hypervisor does. */
  async start(mtu = 1500): Promise<void> {
    const { number, tap } = this;
    await this.machine.run(`cat >/run/guest.py <<'END'\n${PROGRAM}END
ip netns add g${number} && ip link add name g${number} type veth peer name eth0 netns g${number}
ip link set g${number} up promisc on && ip -n g${number} link set eth0 up && ip -n g${number} address add 10.0.0.${number}/24 dev eth0
setsid python3 -IS /run/guest.py ${tap} g${number} </dev/null >/run/g${number}.log 2>&1 &
echo $! >/run/g${number}.pid
for i in $(seq 300); do grep -q open /run/g${number}.log && exec ip link set dev ${tap} mtu ${mtu} up; sleep 0.1; done; cat /run/g${number}.log >&2; exit 1`);
  }

  /** Closes the tap, and removes everything that {@link start} has made. */
  async stop(): Promise<void> {
    const { number } = this;
    await this.machine.run(
      `kill $(cat /run/g${number}.pid); ip link delete dev g${number}; ip netns delete g${number}`,
    );
  }

  /** Whether the other guest replies. */
  pings(other: Guest): Promise<boolean> {
    return this.machine
      .run(`ip netns exec g${this.number} ping -c 1 -w 2 -i 0.3 10.0.0.${other.number}`)
      .then(
        () => true,
        () => false,
      );
  }
}
