import { Deadline } from '@vifkit/engine/time';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { OvsStep } from '../../src/openvswitch/changes.js';
import { OvsRunner } from '../../src/openvswitch/ovs-runner.js';
import { OvsdbOperationError } from '../../src/ovsdb/errors.js';
import { absentStep, bridgeStep, portStep, tasksOf } from './steps.js';
import { type Switch, startSwitch } from './switch.js';

let ovs: Switch;
let runner: OvsRunner;

beforeEach(async () => {
  ovs = await startSwitch({ dummy: true });
  runner = new OvsRunner(ovs.store);
});

afterEach(() => ovs.stop());

const soon = () => new Deadline(20_000).signal;
const failing = (code: string) => expect.objectContaining({ code });

/** Steps, each with the VIF that has it. */
type Steps = readonly (readonly [vifId: string, step: OvsStep])[];

const of = (vifId: string, ...steps: OvsStep[]): Steps => steps.map((step) => [vifId, step]);

const inspect = (steps: Steps) =>
  runner.inspect(
    steps.map(([vifId, step]) => ({ vifId, step })),
    soon(),
  );

/** What the engine does in a plug: inspects, and applies what differs. */
async function apply(steps: Steps, signal = soon()) {
  const inspections = await inspect(steps);
  const tasks = tasksOf(
    steps.map(([vifId, step]) => ({ vifId, step, isOfPlug: true })),
    inspections,
  );
  const outcomes = await runner.apply(tasks, signal);
  const attempted = tasks.map((task, i) => ({ ...task, outcome: outcomes[i] ?? {} }));
  return {
    outcomes: outcomes.map(({ error }) => error),
    undo: () => runner.undo(attempted.reverse(), soon()),
  };
}

const differences = async (steps: Steps) => (await inspect(steps)).flatMap((each) => each.differences);

describe('plugging', () => {
  it('makes bridge and port, wired, and finds nothing to do the second time', async () => {
    ovs.veth('v1');
    const steps = of(
      'vif-1',
      bridgeStep('br0', { mtu: 1450 }),
      portStep('v1', { tag: 0, type: '', options: {}, mtuRequest: 1450 }),
    );
    expect((await inspect(steps)).map(({ creates }) => creates)).toEqual([true, true]);
    expect((await apply(steps)).outcomes).toEqual([undefined, undefined]);
    expect(Number(await ovs.get('Interface', 'v1', 'ofport'))).toBeGreaterThan(0);
    expect(await ovs.get('Interface', 'v1', 'external_ids')).toBe('{iface-id=v1}');
    expect(await ovs.get('Port', 'v1', 'external_ids')).toBe('{vifkit-vif=vif-1}');
    const before = await ovs.ovs.vsctl('get', 'Open_vSwitch', '.', 'next_cfg');
    expect((await apply(steps)).outcomes).toEqual([]);
    expect(await ovs.ovs.vsctl('get', 'Open_vSwitch', '.', 'next_cfg')).toBe(before);
  });

  it('of many VIFs shares one new bridge', async () => {
    const vifs = Array.from({ length: 20 }, (_, i) => `v${i}`);
    for (const vif of vifs) ovs.veth(vif);
    const steps = vifs.flatMap((vif) => of(vif, bridgeStep('br0'), portStep(vif)));
    expect((await apply(steps)).outcomes).toEqual(steps.map(() => undefined));
    expect(await ovs.ovs.vsctl('list-br')).toBe('br0\n');
    expect(await differences(steps)).toEqual([]);
    expect(await ovs.ovs.vsctl('get', 'Open_vSwitch', '.', 'next_cfg')).toBe('1\n');
  });

  it.each([
    ['leaves its mark as it was', 'br0', '{}'],
    ['marks it where it moves to another bridge', 'br1', '{vifkit-vif=vif-1}'],
  ])('corrects each setting of a port that exists, and %s', async (_, bridge, marks) => {
    ovs.veth('v1');
    await apply(of('vif-1', bridgeStep('br0'), bridgeStep('br1')));
    await ovs.ovs.vsctl(
      'add-port',
      bridge,
      'v1',
      'tag=9',
      '--',
      'set',
      'Interface',
      'v1',
      'external_ids:x=y',
    );
    const steps = of('vif-1', portStep('v1', { tag: 5, mtuRequest: 1400 }));
    const found = (await differences(steps)).map(({ attribute }) => attribute);
    expect(found).toEqual(expect.arrayContaining(['tag', 'externalIds', 'mtuRequest']));
    expect(found.includes('bridge')).toBe(bridge === 'br1');
    await apply(steps);
    expect(await differences(steps)).toEqual([]);
    expect(await ovs.get('Port', 'v1', 'external_ids')).toBe(marks);
  });

  it('sets the mark of a port that exists when it is told to, and takes it back', async () => {
    ovs.veth('v1');
    await apply(of('vif-1', bridgeStep('br0')));
    await ovs.ovs.vsctl('add-port', 'br0', 'v1', '--', 'set', 'Port', 'v1', 'external_ids:theirs=x');
    const step = portStep('v1', { externalIds: {} });
    const [inspection] = await inspect(of('vif-1', step));
    const tasks = tasksOf([{ vifId: 'vif-1', step }], [inspection?.takeOver]);
    const [outcome = {}] = await runner.apply(tasks, soon());
    expect(outcome.error).toBeUndefined();
    expect(await ovs.get('Port', 'v1', 'external_ids')).toBe('{theirs=x, vifkit-vif=vif-1}');
    const attempted = tasks.map((task) => ({ ...task, outcome }));
    expect(await runner.undo(attempted, soon())).toEqual([undefined]);
    expect(await ovs.get('Port', 'v1', 'external_ids')).toBe('{theirs=x}');
  });

  it('finds a port that lost its link, and wires it when the link is back', async () => {
    const steps = of('vif-1', bridgeStep('br0'), portStep('v1'));
    const first = await apply(steps);
    expect(first.outcomes).toEqual([undefined, failing('OVS_PORT_FAILED')]);
    expect(await differences(steps)).toEqual([
      { attribute: 'ofport', expected: 'a port number', actual: expect.stringContaining('No such device') },
    ]);
    ovs.veth('v1');
    const { outcomes } = await apply(steps); // unless ovs-vswitchd saw the link appear already
    expect(outcomes.filter(Boolean)).toEqual([]);
    expect(await differences(steps)).toEqual([]);
  });

  it('fails for a bridge that nobody makes', async () => {
    const { outcomes } = await apply(of('vif-1', portStep('v1', { bridge: 'absent' })));
    expect(outcomes).toEqual([failing('OVS_BRIDGE_NOT_FOUND')]);
  });

  it('fails alone in a batch of three', async () => {
    await apply(of('x', bridgeStep('br0')));
    const before = await ovs.dump();
    for (const name of ['a', 'b', 'c']) ovs.veth(name);
    const steps = [
      ...of('vif-a', portStep('a')),
      ...of('vif-b', portStep('b', { mtuRequest: 0 })),
      ...of('vif-c', portStep('c')),
    ];
    const { outcomes, undo } = await apply(steps);
    expect(outcomes).toEqual([undefined, failing('OVSDB_ERROR'), undefined]);
    expect(await ovs.ovs.vsctl('list-ports', 'br0')).toBe('a\nc\n');
    await undo();
    expect(await ovs.dump()).toEqual(before);
  });

  it('reports that ovs-vswitchd does not run, and can be undone nevertheless', async () => {
    await apply(of('x', bridgeStep('br0')));
    const before = await ovs.dump();
    await ovs.ovs.vswitchd.stop();
    const { outcomes, undo } = await apply(of('vif-1', portStep('v1')), new Deadline(200).signal);
    expect(outcomes).toEqual([failing('OVS_NOT_WIRED')]);
    expect(await undo()).toEqual([undefined]);
    expect(await ovs.dump()).toEqual(before);
  });

  it('reports the same of a bridge that is removed, and brings it back without waiting', async () => {
    await apply(of('vif-1', bridgeStep('br0', { own: true, mtu: 1400 })));
    const before = await ovs.dump();
    await ovs.ovs.vswitchd.stop();
    const absent = { kind: 'ovsBridgeAbsent', name: 'br0', own: true } as const;
    const { undo } = await apply(of('vif-1', absent), new Deadline(200).signal);
    expect(await undo()).toEqual([undefined]);
    expect(await ovs.dump()).toEqual(before);
  });
});

describe('what is somebody else’s', () => {
  const refusals = async (...steps: OvsStep[]) =>
    (await inspect(of('vif-1', ...steps))).map(({ blocked }) => blocked?.code);

  it('is a member of a bond: no port is made of it, and it is left', async () => {
    for (const name of ['v1', 'v2']) ovs.veth(name);
    await ovs.ovs.vsctl('add-br', 'br0', '--', 'add-bond', 'br0', 'bond0', 'v1', 'v2');
    expect(await refusals(portStep('v1'))).toEqual(['OVS_PORT_NOT_OURS']);
    const [absence] = await inspect(of('vif-1', absentStep('v1', true)));
    expect(absence).toMatchObject({ found: { whose: 'unmarked' } });
    expect(absence).not.toHaveProperty('change');
  });

  it('is a port: no bridge of its name is made', async () => {
    await ovs.ovs.vsctl('add-br', 'br0', '--', 'add-port', 'br0', 'br1');
    expect(await refusals(bridgeStep('br1'), bridgeStep('br0'))).toEqual(['OVS_PORT_NOT_OURS', undefined]);
  });

  it('is a port with the QoS row of a VIF’s port: the row is left', async () => {
    ovs.veth('v1');
    await apply(of('vif-1', bridgeStep('br0'), portStep('v1', { initial: { qosType: 'linux-noop' } })));
    const row = await ovs.get('Port', 'v1', 'qos');
    await ovs.ovs.vsctl('add-port', 'br0', 'theirs', '--', 'set', 'Port', 'theirs', `qos=${row}`);
    expect((await apply(of('vif-1', absentStep('v1', true)))).outcomes).toEqual([undefined]);
    expect(await ovs.ovs.vsctl('list-ports', 'br0')).toBe('theirs\n');
    expect(await ovs.get('Port', 'theirs', 'qos')).toBe(row);
  });
});

describe('undoing', () => {
  const restores = async (steps: Steps) => {
    const before = await ovs.dump();
    const { outcomes, undo } = await apply(steps);
    expect(outcomes).toEqual(outcomes.map(() => undefined));
    expect(await ovs.dump()).not.toEqual(before);
    expect(await undo()).toEqual(outcomes);
    expect(await ovs.dump()).toEqual(before);
  };

  it('removes the bridge and the ports that were made', async () => {
    ovs.veth('v1');
    ovs.veth('v2');
    await restores(of('vif-1', bridgeStep('br0', { mtu: 1500 }), portStep('v1'), portStep('v2')));
  });

  it('gives a bridge its former MTU, or none', async () => {
    await ovs.ovs.vsctl(
      'add-br',
      'br0',
      '--',
      'add-br',
      'br1',
      '--',
      'set',
      'Interface',
      'br1',
      'mtu_request=900',
    );
    await restores(of('vif-1', bridgeStep('br0', { mtu: 1500 }), bridgeStep('br1', { mtu: 1500 })));
  });

  it('gives a port its former settings and bridge', async () => {
    await apply(of('x', bridgeStep('br0'), bridgeStep('br1'), portStep('v1', { wired: false, tag: 3 })));
    const steps = portStep('v1', {
      bridge: 'br1',
      externalIds: {},
      mtuRequest: 1400,
      options: { a: 'b' },
      tag: 4,
    });
    await restores(of('vif-1', { ...steps, type: 'internal' }));
  });

  it('brings back a port that was removed', async () => {
    const settings = { tag: 3, type: 'internal', options: { a: 'b' }, mtuRequest: 1400 };
    await apply(of('vif-1', bridgeStep('br0'), portStep('v1', settings)));
    await restores(of('vif-1', absentStep('v1', true)));
  });

  describe.each([
    ['was removed', of('vif-1', absentStep('v1', true))],
    ['was moved to another bridge', of('vif-1', portStep('v1', { bridge: 'br1', wired: false }))],
  ])('a port that %s', (_, steps) => {
    const limits = [
      ...['set', 'Port', 'v1', 'protected=true', 'other_config:net_uuid=n', 'tag=3', 'vlan_mode=access'],
      ...['--', 'set', 'Interface', 'v1', 'ingress_policing_rate=1000', 'ingress_policing_burst=100'],
      ...['other_config:a=b'],
    ];

    it('gets its limits and queue back', async () => {
      const port = portStep('v1', { initial: { qosType: 'linux-noop' }, wired: false });
      await apply(of('vif-1', bridgeStep('br0'), bridgeStep('br1'), port));
      const own = (await ovs.get('Port', 'v1', 'qos')).trim();
      const shaping = ['type=linux-htb', 'other_config:max-rate=1000000'];
      await ovs.ovs.vsctl(...limits, '--', 'set', 'QoS', own, ...shaping);
      await restores(steps);
      expect(await ovs.get('Port', 'v1', 'qos')).not.toBe('[]');
    });

    it('gets the queue back that somebody else gave it', async () => {
      await apply(of('vif-1', bridgeStep('br0'), bridgeStep('br1'), portStep('v1', { wired: false })));
      const queue = ['--', '--id=@q', 'create', 'QoS', 'type=linux-htb', '--', 'set', 'Port', 'v1', 'qos=@q'];
      await ovs.ovs.vsctl(...limits, ...queue);
      const theirs = await ovs.get('Port', 'v1', 'qos');
      await restores(steps);
      expect(await ovs.get('Port', 'v1', 'qos')).toBe(theirs);
    });
  });

  it('gives a bridge that is restored its MTU', async () => {
    await apply(of('vif-1', bridgeStep('br0', { mtu: 1400 })));
    await restores(of('vif-1', { kind: 'ovsBridgeAbsent', name: 'br0', own: true }));
  });

  it.each([
    ['says so', []],
    ['has its own address that somebody has set', ['other_config:hwaddr=02:00:00:00:00:0a']],
  ])('of a bridge by a server that takes no ids of rows %s', async (_, settings) => {
    await apply(of('vif-1', bridgeStep('br0')));
    await ovs.ovs.vsctl('set', 'Bridge', 'br0', ...settings, 'external_ids:theirs=x');
    const before = await ovs.dump();
    const { undo } = await apply(of('vif-1', { kind: 'ovsBridgeAbsent', name: 'br0', own: true }));
    const transact = ovs.client.transact.bind(ovs.client);
    // A server of today says this of a member that it does not know.
    vi.spyOn(ovs.client, 'transact').mockImplementation(async (database, operations, signal) => {
      const older = JSON.parse(JSON.stringify(operations).replaceAll('"uuid":', '"unknown":'));
      return transact(database, older, signal).catch((error: unknown) => {
        if (!(error instanceof OvsdbOperationError)) throw error;
        const details = error.details?.replace("'unknown'", "'uuid'");
        throw new OvsdbOperationError('Refused', { error: error.error, details });
      });
    });
    const lost = { message: expect.stringContaining('cannot be restored: its address and its datapath id') };
    expect(await undo()).toEqual([settings.length > 0 ? undefined : expect.objectContaining(lost)]);
    expect(await ovs.dump()).toEqual(before);
  });

  it('leaves a new bridge that others use by now, and what others changed', async () => {
    await apply(of('vif-1', bridgeStep('br1'), portStep('v2', { bridge: 'br1', wired: false })));
    ovs.veth('v1');
    const steps = of(
      'vif-1',
      bridgeStep('br0'),
      portStep('v1'),
      portStep('v2', { bridge: 'br1', wired: false, tag: 1 }),
    );
    const { undo } = await apply(steps);
    await ovs.ovs.vsctl('add-port', 'br0', 'theirs', '--', 'set', 'Interface', 'v2', 'external_ids:x=y');
    expect(await undo()).toEqual([undefined, undefined, undefined]);
    expect(await ovs.ovs.vsctl('list-ports', 'br0')).toBe('theirs\n');
    expect(await ovs.get('Port', 'v2', 'tag')).toBe('[]');
    expect(await ovs.get('Interface', 'v2', 'external_ids')).toBe('{iface-id=v2, x=y}');
  });

  it('does not remove a port that someone else made in the meantime', async () => {
    await apply(of('x', bridgeStep('br0')));
    const [inspection] = await inspect(of('vif-1', portStep('v1')));
    await ovs.ovs.vsctl('add-port', 'br0', 'v1');
    const tasks = tasksOf([{ vifId: 'vif-1', step: portStep('v1') }], [inspection]);
    const cutOff = tasks.map((task) => ({ ...task, outcome: {} }));
    expect(await runner.undo(cutOff, soon())).toEqual([undefined]);
    expect(await ovs.ovs.vsctl('list-ports', 'br0')).toBe('v1\n');
  });
});

describe('unplugging', () => {
  it('removes marked ports and own ports, and finds nothing to do the second time', async () => {
    await apply(of('x', bridgeStep('br0'), portStep('v1', { wired: false })));
    await ovs.ovs.vsctl('add-port', 'br0', 'v2');
    const steps = [...of('x', absentStep('v1', false)), ...of('y', absentStep('v2', true))];
    expect((await apply(steps)).outcomes).toEqual([undefined, undefined]);
    expect(await ovs.ovs.vsctl('list-ports', 'br0')).toBe('');
    expect(await inspect(steps)).toEqual([{ differences: [] }, { differences: [] }]);
  });

  it('reports a port that is not ours', async () => {
    await ovs.ovs.vsctl('add-br', 'br0', '--', 'add-port', 'br0', 'eth9');
    const [inspection] = await inspect(of('x', absentStep('eth9', false)));
    expect(inspection?.found).toMatchObject({ whose: 'unmarked', byName: false });
  });

  it('goes on when the port has gone since it was inspected', async () => {
    await apply(of('x', bridgeStep('br0'), portStep('v1', { wired: false })));
    const step = absentStep('v1', true);
    const [inspection] = await inspect(of('x', step));
    await ovs.ovs.vsctl('del-port', 'v1');
    const [outcome] = await runner.apply(tasksOf([{ vifId: 'x', step }], [inspection]), soon());
    expect(outcome?.error).toBeUndefined();
  });
});
