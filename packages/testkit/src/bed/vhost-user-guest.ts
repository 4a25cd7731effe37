import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Daemon } from './daemon.js';

/** The options of the guest's single card. */
export interface VhostUserGuestOptions {
  /** The socket between the guest's card and the switch. */
  readonly path: string;
  /** QEMU's role, as in libvirt's XML: a `server` makes the socket, and boots once the switch has connected. */
  readonly mode: 'client' | 'server';
  /** The card's address. */
  readonly mac: string;
}

/**
 * A guest with one vhost-user card and no disk: it repeatedly tries to boot from the network. Meanwhile the switch has
 * the card's link up, and the guest replies to pings.
 */
export interface VhostUserGuest {
  /** The IPv6 address of its card, on the card's link alone. */
  readonly address: string;
  readonly pid: number | undefined;
  /** Ends it, and removes its files and the socket that it made. */
  stop(): Promise<void>;
}

/**
 * Starts a guest on a vhost-user port. It needs QEMU with its boot ROMs, and neither KVM nor hugepages.
 *
 * @throws Error with QEMU's error message, for instance if a client finds no socket
 */
export async function startVhostUserGuest(options: VhostUserGuestOptions): Promise<VhostUserGuest> {
  const directory = await mkdtemp(join(tmpdir(), 'vu-'));
  const monitor = join(directory, 'monitor');
  const qemu = new Daemon({
    program: 'qemu-system-x86_64',
    args: [...MACHINE, ...cardArgs(options), '-monitor', `unix:${monitor},server=on,wait=off`],
    env: process.env,
    readyFile: monitor, // QEMU makes its sockets in the order of its arguments
    stopSignal: 'SIGKILL', // QEMU ignores other signals while it waits for the switch
  });
  const stop = async () => {
    await qemu.stop();
    await rm(directory, { recursive: true, force: true });
    if (options.mode === 'server') await rm(options.path, { force: true });
  };
  try {
    await qemu.start();
  } catch (error) {
    await stop();
    throw error;
  }
  return { address: linkLocal(options.mac), pid: qemu.pid, stop };
}

/** The switch reads and writes the guest's memory, which must be a file that both map. */
const MACHINE = [
  ...['-accel', 'tcg', '-m', '64', '-nodefaults', '-no-user-config', '-display', 'none'],
  ...['-object', 'memory-backend-memfd,id=ram,size=64M,share=on', '-numa', 'node,memdev=ram'],
  ...['-boot', 'n,reboot-timeout=1'], // milliseconds
];

/** Without vectors, because QEMU 7.2 crashes when a guest without KVM turns a vhost-user card's on. */
function cardArgs({ path, mode, mac }: VhostUserGuestOptions): string[] {
  const listen = mode === 'server' ? ',server=on,wait=off' : '';
  return [
    ...['-chardev', `socket,id=switch,path=${path}${listen}`],
    ...['-netdev', 'vhost-user,id=net,chardev=switch'],
    ...['-device', `virtio-net-pci,netdev=net,mac=${mac},vectors=0`],
  ];
}

/** RFC 4291, appendix A: the link-local address of an interface. */
function linkLocal(mac: string): string {
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0] = mac.split(':').map((byte) => Number.parseInt(byte, 16));
  const groups = [((a ^ 2) << 8) | b, (c << 8) | 0xff, 0xfe00 | d, (e << 8) | f];
  return `fe80::${groups.map((group) => group.toString(16)).join(':')}`;
}
