import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { makeNamespace, type Namespace } from '@vifkit/testkit/bed';
import { execa } from 'execa';
import { type Mode, mac } from './modes.js';
import { attach, type Site } from './site.js';

/** Attaches to a tap as QEMU does, and passes its frames to and from a tap `eth0` in the namespace of a process. */
const program = `${attach}
import ctypes, select
host = attach(sys.argv[1])
namespace = os.open('/proc/%s/ns/net' % sys.argv[2], os.O_RDONLY)
assert ctypes.CDLL(None).setns(namespace, 0x40000000) == 0
guest = attach('eth0')
print('attached', flush=True)
while True:
    ready, _, _ = select.select([host, guest, 0], [], [])
    if 0 in ready and not os.read(0, 10): break
    for source, target in ((host, guest), (guest, host)):
        if source in ready:
            try: os.write(target, os.read(source, 65536))
            except OSError: pass
`;

const guestAddresses = ['10.9.0.2/24', 'fd09::2/64'] as const;
const peerAddresses = ['10.9.0.1/24', 'fd09::1/64'] as const;

/** The bytes of a ping with which its frame has the network's MTU. */
const PAYLOAD = { 4: 1422, 6: 1402 } as const;

/** A guest with a network stack of its own, and what it is to reach. */
export interface Traffic {
  /** The site, with guests that send and receive. */
  readonly site: Site;
  /** Makes the way out lead to the peer: a port of br-int, or what the mode has made. */
  connect(mode: Mode): Promise<void>;
  /** Makes everybody forget the addresses that they have learned. */
  forget(): Promise<void>;
  /** Whether frames of the network's MTU pass, sent by the guest and then by the peer; of IPv4 unless given. */
  passes(version?: 4 | 6): Promise<boolean>;
  close(): Promise<void>;
}

export async function startTraffic(base: Site): Promise<Traffic> {
  const [guest, peer] = await Promise.all([makeNamespace(), makeNamespace()]);
  const stops: (() => Promise<void>)[] = [];
  const openTap = async (name: string) => {
    const stop = await wireTap(name, guest);
    stops.push(stop);
    await guest.run('ip', 'link', 'set', 'dev', 'eth0', 'mtu', '1450', 'address', mac, 'up');
    await addAddresses(guest, 'eth0', guestAddresses);
    return stop;
  };
  const site: Site = { ...base, openTap };
  const reaches = async ({ pid }: Namespace, addresses: readonly [string, string], version: 4 | 6) => {
    const to = addresses[version === 4 ? 0 : 1].replace(/\/.*/, '');
    // Until the first reply. Whoever gets none to its first question for a neighbour asks again after a second.
    const seconds = version === 6 ? '2' : '1';
    const ping = ['ping', '-c', '1', '-w', seconds, '-i', '0.2', '-s', `${PAYLOAD[version]}`, '-M', 'do', to];
    const { exitCode } = await execa('nsenter', ['--target', String(pid), '--net', '--', ...ping], {
      reject: false,
    });
    return exitCode === 0;
  };
  const forget = async () => {
    for (const each of [guest, peer]) await each.run('ip', 'neigh', 'flush', 'all');
    const bridges = await site.ip('-o link show type bridge');
    for (const [, name] of bridges.matchAll(/^\d+: ([^:@]+)/gm))
      await site.ip(`link set dev ${name} type bridge fdb_flush`);
  };
  return {
    site,
    async connect({ before }) {
      await before?.(site);
      const far = before ? 'up1' : 'net1';
      if (!before) {
        await site.ip('link add name net0 mtu 9000 type veth peer name net1');
        await site.ip('link set dev net0 up');
        await site.ovs.vsctl('add-port', 'br-int', 'net0');
      }
      await peer.moveLink(far);
      await peer.run('ip', 'link', 'set', 'dev', far, 'mtu', '9000', 'up');
      await addAddresses(peer, far, peerAddresses);
    },
    forget,
    async passes(version = 4) {
      await forget();
      if (!(await reaches(guest, peerAddresses, version))) return false;
      await forget(); // who is asked for by a neighbour knows it from then on
      return reaches(peer, guestAddresses, version);
    },
    async close() {
      for (const stop of stops) await stop();
      await Promise.all([guest.close(), peer.close()]);
    },
  };
}

/**
 * Opens a tap as QEMU does, for a guest's namespace, in which `eth0` is its card.
 * @param host the namespace of the tap; this process's own unless given
 * @returns what stops it
 */
export async function wireTap(
  name: string,
  guest: Namespace,
  host?: Namespace,
): Promise<() => Promise<void>> {
  const enter = host ? ['nsenter', '--target', String(host.pid), '--net', '--'] : ['env'];
  const [command = '', ...args] = [...enter, 'python3', '-c', program, name, String(guest.pid)];
  const wire = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  const ended = once(wire, 'exit');
  await once(wire.stdout, 'data');
  return async () => {
    wire.stdin.end();
    await ended;
  };
}

async function addAddresses(namespace: Namespace, link: string, addresses: readonly string[]): Promise<void> {
  for (const each of addresses) await namespace.run('ip', 'address', 'add', each, 'dev', link, 'nodad');
}
