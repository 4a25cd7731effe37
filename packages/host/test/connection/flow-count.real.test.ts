import { Deadline } from '@vifkit/engine/time';
import { type OpenVSwitch, startOpenVSwitch } from '@vifkit/testkit/bed';
import { execa } from 'execa';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { countFlows } from '../../src/connection/flow-count.js';

let ovs: OpenVSwitch;
beforeAll(async () => {
  ovs = await startOpenVSwitch({ dummy: true });
  await ovs.vsctl('add-br', 'br0', '--', 'set', 'Bridge', 'br0', 'datapath_type=dummy', 'fail_mode=secure');
});
afterAll(() => ovs.stop());

const count = () => countFlows(ovs.directory, 'br0', new Deadline(10_000).signal);
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

it('does not tell of a bridge that speaks neither version, or that is not there', async () => {
  await ovs.vsctl('set', 'Bridge', 'br0', 'protocols=[OpenFlow15]');
  expect(await count()).toBeUndefined();
  expect(await countFlows(ovs.directory, 'br1', new Deadline(10_000).signal)).toBeUndefined();
});
