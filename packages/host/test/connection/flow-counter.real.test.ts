import { Deadline } from '@vifkit/engine/time';
import { type OpenVSwitch, startOpenVSwitch } from '@vifkit/testkit/bed';
import { execa } from 'execa';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { FlowCounter } from '../../src/connection/flow-counter.js';

let ovs: OpenVSwitch;
let counter: FlowCounter;
beforeAll(async () => {
  ovs = await startOpenVSwitch({ dummy: true });
  await ovs.vsctl('add-br', 'br0', '--', 'set', 'Bridge', 'br0', 'datapath_type=dummy', 'fail_mode=secure');
  counter = new FlowCounter(ovs.directory);
});
afterAll(async () => {
  counter.close();
  await ovs.stop();
});

const countOf = (bridge: string) => counter.count(bridge, new Deadline(10_000).signal);
const count = () => countOf('br0');
const isNormalNow = () => counter.isNormal('br0', new Deadline(10_000).signal);
const ofctl = (command: string, ...rest: string[]) =>
  execa('ovs-ofctl', ['-O', 'OpenFlow10,OpenFlow13', command, `unix:${ovs.directory}/br0.mgmt`, ...rest]);

it.each([[['OpenFlow10']], [['OpenFlow13']], [['OpenFlow10', 'OpenFlow13', 'OpenFlow15']], [[]]])(
  'counts the flows of all tables of a bridge that speaks %j',
  async (protocols) => {
    await ovs.vsctl('set', 'Bridge', 'br0', `protocols=[${protocols.join(',')}]`);
    await ofctl('del-flows');
    expect(await count()).toBe(0);
    await ofctl('add-flow', 'priority=0,actions=NORMAL');
    await ofctl('add-flow', 'table=5,in_port=1,actions=drop');
    expect(await count()).toBe(2);
  },
);

it.each(['OpenFlow10', 'OpenFlow13'])('knows a bridge that is a plain switch in %s', async (protocol) => {
  await ovs.vsctl('set', 'Bridge', 'br0', `protocols=[${protocol}]`);
  const isNormal = async (...flows: string[]) => {
    await ofctl('del-flows');
    for (const flow of flows) await ofctl('add-flow', flow);
    return isNormalNow();
  };
  expect(await isNormal()).toBe(false);
  expect(await isNormal('priority=0,actions=NORMAL')).toBe(true);
  expect(await isNormal('priority=0,actions=NORMAL', 'in_port=1,actions=drop')).toBe(false);
  expect(await isNormal('table=1,actions=NORMAL')).toBe(false);
  expect(await isNormal('actions=mod_vlan_vid:5,NORMAL')).toBe(false);
  expect(await isNormal('actions=drop')).toBe(false);
  expect(await isNormal('actions=FLOOD')).toBe(false);
  const many = Array.from({ length: 2_000 }, (_, i) => `table=1,in_port=${i + 1},actions=NORMAL`);
  await execa('ovs-ofctl', ['-O', protocol, 'add-flows', `unix:${ovs.directory}/br0.mgmt`, '-'], {
    input: many.join('\n'),
  });
  expect(await isNormalNow()).toBe(false);
  await ofctl('del-flows');
});

it('does not report a bridge that speaks neither version, or that is missing', async () => {
  await ovs.vsctl('set', 'Bridge', 'br0', 'protocols=[OpenFlow15]');
  expect(await count()).toBeUndefined();
  expect(await countOf('br1')).toBeUndefined();
});

it('counts the flows of a bridge that was made anew since the last question', async () => {
  await ovs.vsctl('set', 'Bridge', 'br0', 'protocols=[]');
  await ofctl('add-flow', 'table=5,in_port=1,actions=drop');
  expect(await count()).toBeGreaterThan(0);
  await ovs.vsctl('del-br', 'br0');
  await ovs.vsctl('add-br', 'br0', '--', 'set', 'Bridge', 'br0', 'datapath_type=dummy', 'fail_mode=secure');
  await expect.poll(count).toBe(0);
});

it('answers questions that are asked while the kept connection expires, after a stall of this process', async () => {
  const asked = [1_010, 1_050].map(
    (delay) => new Promise((resolve) => setTimeout(() => resolve(count()), delay)),
  );
  expect(await count()).toBe(0);
  for (const start = Date.now(); Date.now() - start < 1_100; ); // all timers are due afterwards
  expect(await Promise.race(asked)).toBe(0);
  expect([await count(), ...(await Promise.all(asked))]).toEqual([0, 0, 0]);
});

it('answers questions at once each for itself, and none once it is closed', async () => {
  const before = await Promise.all([count(), countOf('br1'), count()]);
  await ofctl('add-flow', 'table=6,in_port=2,actions=drop');
  const after = await Promise.all([count(), count()]);
  counter.close();
  expect([before, after, await count()]).toEqual([[0, undefined, 0], [1, 1], undefined]);
});
