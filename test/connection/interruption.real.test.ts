import { makeNamespace, type Namespace } from '@vifkit/testkit/bed';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { guestPort, type Mode, type ModeName, modes, portBridge, qbr, tap } from './modes.js';
import { pinging } from './pinging.js';
import { openSite, type Site } from './site.js';

let site: Site;
const ends: Namespace[] = [];
beforeAll(async () => {
  site = await openSite();
});
afterEach(async () => {
  for (const end of ends.splice(0)) await end.close();
  await site.clean();
});
afterAll(() => site.close());

/** A namespace with a veth pair, whose other end is a link of the host. */
async function namespace(link: string, address: string): Promise<Namespace> {
  const made = await makeNamespace();
  ends.push(made);
  await site.ip(`link add name ${link} mtu 1450 type veth peer name eth0 netns ${made.pid}`);
  await site.ip(`link set dev ${link} up`);
  await made.run('ip', 'link', 'set', 'dev', 'eth0', 'mtu', '1450', 'up');
  await made.run('ip', 'address', 'add', address, 'dev', 'eth0');
  return made;
}

const vsctl = (...words: string[]) => site.ovs.vsctl(...words);

it.each<{ mode: ModeName; what: string; cut: () => Promise<unknown> }>([
  { mode: 'hybrid', what: 'its bridge qbr', cut: () => site.ip(`link delete dev ${qbr}`) },
  { mode: 'bridge', what: 'the Linux bridge', cut: () => site.ip('link delete dev br-lab') },
  { mode: 'direct', what: 'its port', cut: () => vsctl('del-port', tap) },
  { mode: 'create_port', what: 'its port', cut: () => vsctl('del-port', tap) },
  { mode: 'per_port_bridge', what: 'its own bridge', cut: () => vsctl('del-br', portBridge) },
])(
  'a guest of $mode has its network again once $what was deleted and a plug has mended it',
  { timeout: 60_000 },
  async ({ mode, cut }) => {
    const { request, options }: Mode = modes[mode];
    const isLinux = mode === 'bridge';
    await namespace('far0', '10.7.0.2/24');
    if (isLinux) await site.ip('link add name up0 mtu 1450 type veth peer name up1');
    const driver = site.driver(options);
    await driver.plug(request());
    // The tap of the guest: libvirt puts it where the plug says.
    const guest = await namespace(tap, '10.7.0.1/24');
    if (mode === 'hybrid') await site.ip(`link set dev ${tap} master ${qbr}`);
    if (isLinux) {
      await site.ip(`link set dev ${tap} master br-lab`);
      await site.ip('link add name br-far type bridge');
      for (const link of ['up1', 'far0']) await site.ip(`link set dev ${link} master br-far up`);
      await site.ip('link set dev br-far up');
    } else await vsctl('add-port', 'br-int', 'far0');
    if (mode === 'direct') await guestPort(site);
    const ping = pinging(guest, '10.7.0.2');
    await expect.poll(() => ping.answers.length, { timeout: 20_000 }).toBeGreaterThan(10);
    await cut();
    await driver.plug(request());
    const before = ping.answers.length;
    await expect.poll(() => ping.answers.length, { timeout: 20_000 }).toBeGreaterThan(before + 10);
    const gap = await ping.longestGap();
    console.log(`${mode}: ${gap.toFixed(2)} s without network`);
    expect((await driver.check(request())).connection?.state).toBe('sound');
  },
);
