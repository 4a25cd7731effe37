import { execa } from 'execa';

/** Opens a tap as QEMU or libvirt does, a descriptor a queue, and prints the names of errors. */
const program = `
import errno, fcntl, struct, sys
device, tap, queues = sys.argv[1], sys.argv[2], int(sys.argv[3])
IFF_TAP, IFF_NO_PI, IFF_VNET_HDR, IFF_MULTI_QUEUE, TUNSETIFF = 0x2, 0x1000, 0x4000, 0x100, 0x400454CA
flags = IFF_TAP | IFF_NO_PI | IFF_VNET_HDR | (IFF_MULTI_QUEUE if queues > 1 else 0)
try:
    held = [open(device, 'r+b', buffering=0) for _ in range(queues)]
    for each in held:
        fcntl.ioctl(each, TUNSETIFF, struct.pack('16sH22x', tap.encode(), flags))
    print('opened')
except OSError as error:
    print(errno.errorcode[error.errno])
`;

/** In a mount namespace of its own: the device as udev makes it, for everybody; the machine's stays as it is. */
const stage = `
set -e
mount -t tmpfs none /run
mknod -m 666 /run/tun c 10 200
exec $AS_USER /usr/bin/python3 -c "$PROGRAM" /run/tun "$1" "$2"
`;

/** What comes of opening a tap with that many queues: \`opened\`, or the name of the error. Needs root. */
export async function openTap(tap: string, queues: number, uid?: number): Promise<string> {
  const asUser =
    uid === undefined ? '' : `setpriv --reuid=${uid} --regid=${uid} --clear-groups --inh-caps=-all --`;
  const { stdout } = await execa('unshare', ['--mount', '--', 'sh', '-c', stage, 'sh', tap, String(queues)], {
    env: { AS_USER: asUser, PROGRAM: program },
  });
  return stdout;
}
