import { builtInPlugins } from '@vifkit/cli';
import { hybridBridgeName, vethNames } from '@vifkit/core/steps';
import { createVifDriver, type PlugError } from '@vifkit/engine';
import { openHost } from '@vifkit/host';
import { LibvirtGuestConfigurator } from '@vifkit/libvirt';
import { type OpenVSwitch, requireOwnNetwork } from '@vifkit/testkit/bed';
import { execa } from 'execa';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { hybrid, idOf, request } from '../memory/start.js';
import { type FaultyHost, faultyHost } from './faults/faulty-host.js';
import { startSwitch } from './faults/kernel-switch.js';
import { strike } from './faults/strike.js';
import { readWholeState } from './faults/whole-state.js';

requireOwnNetwork();

const plugins = await builtInPlugins();
const ip = (line: string) => execa('ip', line.split(' '));
const tap = request(1, {}, { type: 'tap', devname: 'tap-named' });
const multiQueue = {
  ...tap,
  flavor: { vcpus: 4 },
  image: { properties: { hw_vif_multiqueue_enabled: true } },
};
type Request = typeof tap | ReturnType<typeof hybrid>;

let ovs: OpenVSwitch;
let host: FaultyHost;
let driver: ReturnType<typeof createVifDriver>;
beforeAll(async () => {
  ovs = await startSwitch();
});
afterAll(() => ovs?.stop());
beforeEach(async () => {
  await ip('link add theirs type veth peer name theirs-end');
  await ip('link add br-theirs type bridge');
  host = faultyHost(openHost({ ovsdb: ovs.endpoint }));
  driver = createVifDriver({ host, guests: new LibvirtGuestConfigurator(), plugins, routing: 'current' });
});
afterEach(async () => {
  await driver.gc({ keep: 'none' });
  await driver.close();
  await ip('link delete br-theirs');
  await ip('link delete theirs');
});

/** What an operator has set on a link, besides its usual attributes. */
async function touch(name: string) {
  await ip(`link property add dev ${name} altname alt-${name}`);
  await ip(`link set dev ${name} gso_max_size 30000 allmulticast on master br-theirs`);
  await ip(`link set dev ${name} type bridge_slave isolated on`);
  await ip(`link set dev ${name} type bridge_slave hairpin on`);
  await ip(`link set dev ${name} type bridge_slave mcast_router 2`);
  for (const each of ['ipv4.conf', 'ipv4.neigh']) {
    const setting = each.endsWith('conf') ? 'rp_filter=2' : 'gc_stale_time=77';
    await execa('sysctl', ['-qw', `net.${each}.${name}.${setting}`]);
  }
  await execa('sysctl', ['-qw', `net.ipv6.conf.${name}.accept_ra=0`]);
}

/** Lets the last step of a plug fail once it is done, as at the deadline. */
async function failAtEnd(before: Request, after: Request, between: () => Promise<unknown>) {
  await driver.plug(before);
  host.inject();
  await driver.plug(after);
  const index = host.handed.apply.length - 1;
  await driver.gc({ keep: 'none' });
  await driver.plug(before);
  await between();
  const was = await readWholeState();
  const fault = { during: 'apply', index, way: 'rejects', done: true } as const;
  const { error } = await strike({ host, driver, of: { name: '', request: after } }, 'plug', [fault]);
  return { was, error: error as PlugError };
}

it('a tap that was made again has its names, settings, bridge and state as its member', async () => {
  const { was, error } = await failAtEnd(tap, multiQueue, () => touch('tap-named'));
  expect(error).toMatchObject({ step: { kind: 'link' }, undoFailures: [] });
  expect(await readWholeState()).toEqual(was);
});

it('links that were removed and made again have them too, and the members that others gave them', async () => {
  const { was, error } = await failAtEnd(hybrid(1), tap, async () => {
    const [, switchEnd] = vethNames(idOf(1));
    await touch(switchEnd);
    const bridge = hybridBridgeName(idOf(1));
    await ip(`link set dev ${bridge} type bridge group_fwd_mask 8 mcast_querier 1 priority 7`);
    await ip(`link property add dev ${bridge} altname alt-${bridge}`);
    await ip(`link set dev theirs master ${bridge} up`);
    await ip('link set dev theirs type bridge_slave hairpin on');
  });
  expect(error).toMatchObject({ step: { kind: 'linkAbsent' }, undoFailures: [] });
  expect(await readWholeState()).toEqual(was);
});

it('what a link that was made again cannot have is said in the error', async () => {
  const { error } = await failAtEnd(tap, multiQueue, async () => {
    await ip('address add 192.0.2.1/24 dev tap-named');
    await ip('route add 198.51.100.0/24 dev tap-named');
    await execa('tc', ['qdisc', 'replace', 'dev', 'tap-named', 'root', 'pfifo', 'limit', '10']);
  });
  expect(error.undoFailures).toHaveLength(1);
  const lost = 'cannot be restored: the address 192.0.2.1/24 of scope global; the queueing discipline pfifo';
  expect(error.message).toContain(lost);
  expect(error.message).toContain('; the routes 198.51.100.0/24');
  expect(error.message).not.toContain('as before');
});
