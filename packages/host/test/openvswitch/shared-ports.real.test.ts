import type { OvsPortStep } from '@vifkit/core/steps';
import { Deadline } from '@vifkit/engine/time';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { OvsStep } from '../../src/openvswitch/changes.js';
import { OvsRunner } from '../../src/openvswitch/ovs-runner.js';
import { bridgeStep, portStep, tasksOf } from './steps.js';
import { type Switch, startSwitch } from './switch.js';

/** Ports and bridges that Neutron, OVN, libvirt and os-vif have a hand in as well. */

let ovs: Switch;
let runner: OvsRunner;

beforeEach(async () => {
  ovs = await startSwitch({ dummy: true });
  runner = new OvsRunner(ovs.store);
  await run('x', bridgeStep('br0'));
});
afterEach(() => ovs.stop());

const soon = () => new Deadline(20_000).signal;
const vsctl = (...args: string[]) => ovs.ovs.vsctl(...args);
const vif = 'ac3e2f74-815d-4daf-9f2e-41709cb36e03';
const isolated: OvsPortStep['initial'] = {
  tag: 4095,
  vlanMode: 'trunk',
  trunks: [4095],
  qosType: 'linux-noop',
};
const vifPortsAbsent = { kind: 'ovsVifPortsAbsent', interfaceId: vif } as const;
const bridgeAbsent = (name: string, own = true) => ({ kind: 'ovsBridgeAbsent', name, own }) as const;

/** What the engine does with the steps of one VIF in a plug. */
async function run(vifId: string, ...steps: OvsStep[]) {
  const given = steps.map((step) => ({ step, vifId, isOfPlug: true }));
  const tasks = tasksOf(given, await runner.inspect(given, soon()));
  const outcomes = await runner.apply(tasks, soon());
  expect(outcomes.flatMap(({ error }) => error ?? [])).toEqual([]);
  const attempted = tasks.map((task, i) => ({ ...task, outcome: outcomes[i] ?? {} }));
  return { done: tasks.map(({ step }) => step.kind), undo: () => runner.undo(attempted.reverse(), soon()) };
}

const inspectAll = (...steps: OvsStep[]) =>
  runner.inspect(
    steps.map((step) => ({ step, vifId: vif })),
    soon(),
  );

/** A virtual port, which needs no link. */
const internal = (name: string, more: Partial<OvsPortStep> = {}) =>
  portStep(name, { type: 'internal', ...more });

describe('a new port', () => {
  it('has its initial settings, and a QoS row as os-vif makes it, with the mark of its VIF', async () => {
    await run(vif, internal('tapac3e2f74-81', { initial: isolated }));
    const port = await Promise.all(
      ['tag', 'vlan_mode', 'trunks'].map((each) => ovs.get('Port', 'tapac3e2f74-81', each)),
    );
    expect(port).toEqual(['4095', 'trunk', '[4095]']);
    const qos = (await ovs.get('Port', 'tapac3e2f74-81', 'qos')).trim();
    const id = 'id="fc303c61-cf4e-57b7-9eb1-549e3e749510"'; // uuid5 of the name, by Python
    expect((await vsctl('get', 'QoS', qos, 'type', 'external_ids')).split('\n').filter(Boolean)).toEqual([
      'linux-noop',
      `{_type=linux-noop, ${id}, vifkit-port=tapac3e2f74-81, vifkit-vif="${vif}"}`,
    ]);
  });

  it('takes the place of the QoS row that an earlier one has left', async () => {
    await run(vif, internal('p', { initial: isolated }));
    await vsctl('del-port', 'p');
    expect((await vsctl('--columns=_uuid', 'list', 'QoS')).trim()).not.toBe('');
    await run(vif, internal('p', { initial: isolated }));
    expect((await vsctl('--columns=type', 'list', 'QoS')).match(/linux-noop/g)).toHaveLength(1);
  });

  it('goes with its QoS row, be it removed or undone, and with no other’s', async () => {
    const theirs = ['--', '--id=@q', 'create', 'QoS', 'type=linux-htb', 'external_ids:id=other'];
    await vsctl('add-port', 'br0', 'q', '--', 'set', 'Port', 'q', 'qos=@q', ...theirs);
    const before = [await ovs.dump(), await vsctl('list', 'QoS')];
    await run(vif, internal('p', { initial: isolated }));
    await run(vif, { kind: 'ovsPortAbsent', name: 'p', own: true });
    expect([await ovs.dump(), await vsctl('list', 'QoS')]).toEqual(before);
    const { undo } = await run(vif, internal('p', { initial: isolated }));
    await undo();
    expect([await ovs.dump(), await vsctl('list', 'QoS')]).toEqual(before);
  });
});

describe('a port that exists', () => {
  it('keeps what Neutron, OVN and an operator have set, and a check finds nothing', async () => {
    const step = internal('p', { initial: isolated, options: { a: '1' } });
    await run(vif, step);
    await vsctl('set', 'Port', 'p', 'tag=7', 'vlan_mode=access', 'other_config:segmentation_id=70');
    await vsctl('clear', 'Port', 'p', 'trunks', '--', 'clear', 'Port', 'p', 'qos');
    await vsctl('set', 'Interface', 'p', 'external_ids:ovn-installed="true"', 'options:n_rxq="2"');
    const before = await ovs.dump();
    expect((await run(vif, step)).done).toEqual([]);
    const { undo } = await run(vif, {
      ...step,
      externalIds: { 'iface-id': 'other', new: '1' },
      options: { b: '2' },
    });
    expect(await ovs.get('Interface', 'p', 'external_ids')).toBe(
      '{iface-id=other, new="1", ovn-installed="true"}',
    );
    expect(await ovs.get('Interface', 'p', 'options')).toBe('{a="1", b="2", n_rxq="2"}');
    expect(await ovs.get('Port', 'p', 'tag')).toBe('7');
    await undo();
    expect(await ovs.dump()).toEqual(before);
  });
});

describe('the ports of a VIF', () => {
  it('are found by our mark, or by their interface’s id, and go whatever they are called', async () => {
    await run(vif, internal('marked', { externalIds: {} }));
    await run('another', internal('theirs'));
    await vsctl(
      'add-port',
      'br0',
      'libvirts',
      '--',
      'set',
      'Interface',
      'libvirts',
      `external_ids:iface-id=${vif}`,
    );
    // Neutron's agent joins a trunk's bridge to the integration bridge by a port of that id.
    const patch = ['type=patch', 'options:peer=tpt', `external_ids:iface-id=${vif}`];
    await vsctl('add-port', 'br0', 'tpi', '--', 'set', 'Interface', 'tpi', ...patch);
    const before = await ovs.dump();
    const { undo } = await run(vif, vifPortsAbsent);
    expect(await vsctl('list-ports', 'br0')).toBe('theirs\ntpi\n');
    expect((await run(vif, vifPortsAbsent)).done).toEqual([]);
    await undo();
    expect(await ovs.dump()).toEqual(before);
  });

  it('are left to the steps that name them', async () => {
    await run(vif, internal('p'), internal('q'));
    const [owned] = await inspectAll(vifPortsAbsent, { kind: 'ovsPortAbsent', name: 'p', own: true });
    expect(owned?.differences).toEqual([{ attribute: 'ports', expected: [], actual: ['q'] }]);
  });

  it('are not those of a bond that has an interface of the id', async () => {
    await vsctl(
      'add-bond',
      'br0',
      'bond0',
      'm0',
      'm1',
      '--',
      'set',
      'Interface',
      'm0',
      `external_ids:iface-id=${vif}`,
    );
    expect((await run(vif, vifPortsAbsent)).done).toEqual([]);
  });
});

describe('a bridge that is to go once it is idle', () => {
  const patch = async (bridge: string, name: string) =>
    vsctl(
      'add-port',
      bridge,
      name,
      '--',
      'set',
      'Interface',
      name,
      'type=patch',
      `options:peer=${name}-peer`,
    );

  it('goes with its patch ports, along with its last port', async () => {
    await run(
      vif,
      bridgeStep('tbr-1'),
      internal('p', { bridge: 'tbr-1' }),
      internal('q', { bridge: 'tbr-1' }),
    );
    await patch('tbr-1', 'tpt');
    const absent = (name: string) => ({ kind: 'ovsPortAbsent', name, own: true }) as const;
    expect((await run(vif, absent('p'), bridgeAbsent('tbr-1'))).done).toEqual(['ovsPortAbsent']);
    expect(await vsctl('list-ports', 'tbr-1')).toBe('q\ntpt\n');
    expect((await run(vif, absent('q'), bridgeAbsent('tbr-1'))).done).toEqual([
      'ovsPortAbsent',
      'ovsBridgeAbsent',
    ]);
    expect(await vsctl('list-br')).toBe('br0\n');
    expect((await run(vif, absent('q'), bridgeAbsent('tbr-1'))).done).toEqual([]);
  });

  it('stays, without complaint, where it is neither ours nor the VIF’s own', async () => {
    await vsctl('add-br', 'theirs');
    const [inspection] = await inspectAll(bridgeAbsent('theirs', false));
    expect(inspection?.found).toEqual({ whose: 'unmarked' });
    await run(vif, bridgeAbsent('theirs', false));
    expect(await vsctl('list-br')).toContain('theirs');
    await run(vif, bridgeStep('ours'));
    expect((await run(vif, bridgeAbsent('ours', false), bridgeAbsent('theirs'))).done).toHaveLength(2);
    expect(await vsctl('list-br')).toBe('br0\n');
  });

  it('stays when someone has added a port since it was looked at', async () => {
    await run(vif, bridgeStep('tbr-1'));
    const [inspection] = await inspectAll(bridgeAbsent('tbr-1'));
    await vsctl('add-port', 'tbr-1', 'theirs');
    const tasks = tasksOf([{ vifId: vif, step: bridgeAbsent('tbr-1') }], [inspection]);
    expect(tasks).toHaveLength(1);
    const [outcome] = await runner.apply(tasks, soon());
    expect(outcome?.error).toBeUndefined();
    expect(await vsctl('list-ports', 'tbr-1')).toBe('theirs\n');
  });

  it('is made anew with its own external ids when that is undone', async () => {
    await vsctl('add-br', 'tbr-1', '--', 'set', 'Bridge', 'tbr-1', 'datapath_type=dummy', 'external_ids:a=b');
    const before = await ovs.dump();
    const { undo } = await run(vif, bridgeAbsent('tbr-1'));
    expect(await ovs.dump()).not.toEqual(before);
    await undo();
    expect(await ovs.dump()).toEqual(before);
  });
});
