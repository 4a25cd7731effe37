import { makeNamespace, type Namespace } from '@vifkit/testkit/bed';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { openSite, type Site } from './site.js';

let site: Site;
const guests: Namespace[] = [];
beforeAll(async () => {
  site = await openSite();
});
afterEach(async () => {
  for (const guest of guests.splice(0)) await guest.close();
  await site.clean();
});
afterAll(() => site.close());

const idOf = (number: number) => `c5${number}f3a10-6b2d-4d7e-9a41-3c5e7d9b1f20`;
const linkOf = (prefix: string, number: number) => `${prefix}${idOf(number)}`.slice(0, 14);

function hybrid(number: number, details: object) {
  const network = { id: '4d1c7b60-2f3e-4a5b-8c6d-7e8f90a1b2c3', bridge: 'br-int', subnets: [] };
  return {
    vif: {
      ...{
        id: idOf(number),
        address: `fa:16:3e:c5:00:0${number}`,
        type: 'ovs',
        devname: linkOf('tap', number),
      },
      details: { ovs_hybrid_plug: true, ...details },
      network: { ...network, meta: { mtu: 1450 } },
    },
    instance: { uuid: `c5${number}f3a10-0000-4000-8000-000000000001`, name: `guest-${number}` },
    routing: 'current' as const,
  };
}

/** A namespace in the place of a guest, whose card leaves checksums, as a virtio one does. */
async function start(number: number): Promise<Namespace> {
  const guest = await makeNamespace();
  guests.push(guest);
  const tap = linkOf('tap', number);
  await site.ip(`link add name ${tap} mtu 1450 type veth peer name eth0 netns ${guest.pid}`);
  await site.ip(`link set dev ${tap} master ${linkOf('qbr', number)} up`);
  await guest.run('ip', 'link', 'set', 'dev', 'eth0', 'mtu', '1450', 'up');
  await guest.run('ip', 'address', 'add', `10.9.0.${number}/24`, 'dev', 'eth0');
  return guest;
}

const server = `
import socket
listener = socket.create_server(('10.9.0.2', 7000))
listener.settimeout(4)
peer, _ = listener.accept()
peer.settimeout(5)
total = 0
while data := peer.recv(65536): total += len(data)
print(total)
`;
const client = `
import socket, time
for attempt in range(20):
    try:
        peer = socket.create_connection(('10.9.0.2', 7000), 2)
        break
    except ConnectionRefusedError:
        time.sleep(0.2)
peer.sendall(b'x' * 1000000)
peer.close()
`;

/** How many of a million bytes get from one guest to the other by TCP; none where no connection comes about. */
async function sent(from: Namespace, to: Namespace): Promise<number> {
  const receiving = to.run('python3', '-c', server).then(Number, () => 0);
  const sending = from.run('python3', '-c', client).catch(() => '');
  const [received] = await Promise.all([receiving, sending]);
  return received;
}

it('TCP gets through hybrid ports of a datapath in userspace, and check reports where it cannot', async () => {
  const first = hybrid(1, { datapath_type: 'netdev' });
  const requests = [first, hybrid(2, { datapath_type: 'netdev' })];
  const driver = site.driver();
  for (const request of requests) await driver.plug(request);
  const [a, b] = [await start(1), await start(2)];
  expect(await sent(a, b)).toBe(1_000_000);
  for (const request of requests) expect((await driver.check(request)).connection?.state).toBe('sound');

  const end = linkOf('qvb', 1);
  await site.run('ethtool', '-K', end, 'tx', 'on');
  expect(await sent(a, b)).toBe(0);
  const told = await driver.check(first);
  expect(told.connection?.legs).toContainEqual(
    expect.objectContaining({ leg: 'checksum', name: end, state: 'broken' }),
  );
  expect(told.differences).toMatchObject([
    { name: end, differences: [{ attribute: 'checksumOffload', expected: false, actual: true }] },
  ]);
  expect((await driver.plug(first)).connection?.state).toBe('sound');
  expect(await sent(a, b)).toBe(1_000_000);
});

it('a request that does not know of the datapath is reported', async () => {
  const driver = site.driver();
  await driver.plug(hybrid(1, {}));
  await start(1);
  const { connection } = await driver.check(hybrid(1, {}));
  expect(connection?.legs.filter(({ state }) => state === 'broken')).toMatchObject([
    { leg: 'checksum', name: linkOf('qvb', 1), why: expect.stringContaining('ethtool -K') },
  ]);
});
