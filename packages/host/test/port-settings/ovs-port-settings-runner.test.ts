import type { Task } from '@vifkit/core/step-kinds';
import type { OvsPortSettingsStep } from '@vifkit/core/steps';
import { Deadline } from '@vifkit/engine/time';
import { memoryHost } from '@vifkit/testkit';
import { describe, expect, it } from 'vitest';
import { qosId } from '../../src/openvswitch/marks.js';
import * as values from '../../src/ovsdb/values.js';
import { OvsPortSettingsRunner } from '../../src/port-settings/ovs-port-settings-runner.js';

const vifId = '0d9c1d8e-5f2b-4a53-8a3e-0b3f5d6a7c81';
const name = 'tap0d9c1d8e-5f';
const signal = () => new Deadline(10_000).signal;

type Settings = Omit<OvsPortSettingsStep, 'kind' | 'name'>;

/** Everything that a request can settle, and nothing of it. */
const all: Settings = {
  ...{ vlan: 5, trunks: [20, 10], isolated: true },
  ...{ ingress: { rate: 2_000 }, egress: { rate: 1_000, burst: 12 } },
};
const none: Settings = {};

/** A switch with one port, and what settles it. */
async function startPort() {
  const host = memoryHost({ links: [{ name, type: 'tap' }], ovsBridges: ['br-int'] });
  const { ovs } = host;
  const runner = new OvsPortSettingsRunner(ovs);
  const addPort = () =>
    ovs.transact(
      'Open_vSwitch',
      [
        { op: 'insert', table: 'Interface', row: { name }, 'uuid-name': 'its' },
        {
          op: 'insert',
          table: 'Port',
          row: { name, interfaces: values.set([values.namedUuid('its')]) },
          'uuid-name': 'port',
        },
        {
          op: 'mutate',
          table: 'Bridge',
          where: [['name', '==', 'br-int']],
          mutations: [['ports', 'insert', values.set([values.namedUuid('port')])]],
        },
      ],
      signal(),
    );
  await addPort();
  const steps = (settings: Settings) => [
    { vifId, step: { kind: 'ovsPortSettings', name, ...settings } as const },
  ];
  const inspect = async (settings: Settings) => {
    const [inspection] = await runner.inspect(steps(settings), signal());
    if (!inspection) throw new Error('It is not inspected');
    return inspection;
  };
  type Settling = Task<OvsPortSettingsStep, NonNullable<Awaited<ReturnType<typeof inspect>>['change']>>;
  const settle = async (settings: Settings) => {
    const { change } = await inspect(settings);
    const tasks = change ? steps(settings).map((each): Settling => ({ ...each, change })) : [];
    const outcomes = await runner.apply(tasks, signal());
    return { outcomes, tasks: tasks.map((each, i) => ({ ...each, outcome: outcomes[i] ?? {} })) };
  };
  const rows = async () => {
    const select = (table: string, columns: readonly string[]) =>
      ({ op: 'select', table, where: [], columns }) as const;
    const results = await ovs.transact(
      'Open_vSwitch',
      [
        select('Port', ['name', 'tag', 'vlan_mode', 'trunks', 'protected']),
        select('Interface', ['name', 'ingress_policing_rate', 'ingress_policing_burst']),
        select('QoS', ['type', 'other_config']),
      ],
      signal(),
    );
    return results.map((each) => (each.rows ?? []).filter((row) => row.name !== 'br-int'));
  };
  return { host, runner, inspect, settle, rows };
}

const attributes = (differences: readonly { readonly attribute: string }[]) =>
  differences.map(({ attribute }) => attribute).sort();

describe('a port of Open vSwitch', () => {
  it('is settled once, and is as before without its settings', async () => {
    const { inspect, settle, rows } = await startPort();
    const before = await rows();
    expect(await inspect(none)).toEqual({ differences: [] });
    expect((await settle(all)).outcomes).toEqual([{ done: true }]);
    expect(await inspect(all)).toEqual({ differences: [] });
    const [port, its, qos] = (await rows()).map(([row]) => row);
    expect(port).toMatchObject({ tag: 5, vlan_mode: 'native-untagged', protected: true });
    expect(new Set(values.readSet(port?.trunks ?? ''))).toEqual(new Set([10, 20]));
    // A burst that is not given is a tenth of a second's.
    expect(its).toMatchObject({ ingress_policing_rate: 2_000, ingress_policing_burst: 200 });
    expect(values.readStrings(qos?.other_config)).toEqual({ 'max-rate': '1000000', 'vif-burst': '12' });
    await settle(none);
    expect(await rows()).toEqual(before);
  });

  it.each([
    ['vlan', { ...all, vlan: 6 }, ['vlan']],
    ['vlan, trunks', { ...all, vlan: undefined, trunks: undefined }, ['trunks', 'vlan', 'vlanMode']],
    ['isolated', { ...all, isolated: false }, ['isolated']],
    ['ingress', { ...all, ingress: { rate: 3_000 } }, ['ingress']],
    ['egress', { ...all, egress: { rate: 1_000 } }, ['egress']],
  ] as const)('has nothing changed but %s', async (_, settings, changed) => {
    const { inspect, settle } = await startPort();
    await settle(all);
    const wanted = Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined));
    expect(attributes((await inspect(wanted)).differences)).toEqual(changed);
    await settle(wanted);
    expect(await inspect(wanted)).toEqual({ differences: [] });
  });

  it.each([
    ['all of them', none, all],
    ['other ones', all, { vlan: 7, egress: { rate: 500 } }],
    ['none', all, none],
  ])('has its settings back once %s are taken back', async (_, first, second) => {
    const { runner, settle, rows } = await startPort();
    await settle(first);
    const before = await rows();
    const { tasks } = await settle(second);
    expect(await rows()).not.toEqual(before);
    expect(await runner.undo(tasks, signal())).toEqual([undefined]);
    expect(await rows()).toEqual(before);
  });

  it.each([
    ['its own', { id: qosId(name), _type: 'linux-noop' }],
    ['an operator’s', { made: 'by hand' }],
  ])('has a queue back that is %s', async (_, ids) => {
    const { host, runner, settle } = await startPort();
    const state = async () => {
      const [ports, rows] = await host.ovs.transact(
        'Open_vSwitch',
        [
          { op: 'select', table: 'Port', where: [['name', '==', name]], columns: ['qos'] },
          {
            op: 'select',
            table: 'QoS',
            where: [],
            columns: ['_uuid', 'type', 'other_config', 'external_ids'],
          },
        ],
        signal(),
      );
      return [ports?.rows, rows?.rows];
    };
    const row = {
      type: 'linux-noop',
      other_config: values.map({ burst: '9' }),
      external_ids: values.map(ids),
    };
    await host.ovs.transact(
      'Open_vSwitch',
      [
        { op: 'insert', table: 'QoS', row, 'uuid-name': 'qos' },
        { op: 'update', table: 'Port', where: [['name', '==', name]], row: { qos: values.namedUuid('qos') } },
        {
          op: 'update',
          table: 'Interface',
          where: [['name', '==', name]],
          row: { ingress_policing_burst: 7 },
        },
      ],
      signal(),
    );
    const before = await state();
    const { tasks } = await settle(all);
    expect(await state()).not.toEqual(before);
    expect(await runner.undo(tasks, signal())).toEqual([undefined]);
    expect(await state()).toEqual(before);
  });

  it('is as before if a write fails', async () => {
    const { host, settle, rows } = await startPort();
    const before = await rows();
    host.failAt(({ part }) => part === 'ovs');
    const { outcomes } = await settle({ vlan: 5 });
    expect(outcomes).toMatchObject([{ error: { code: 'LINK_COMMAND_FAILED' } }]);
    expect(await rows()).toEqual(before);
  });

  it('that has gone meanwhile is reported', async () => {
    const { host, runner, inspect } = await startPort();
    const { change } = await inspect(all);
    if (!change) throw new Error('There is nothing to change');
    const where = [['name', '==', 'br-int']] as const;
    await host.ovs.transact(
      'Open_vSwitch',
      [{ op: 'update', table: 'Bridge', where, row: { ports: values.set([]) } }],
      signal(),
    );
    const task = { vifId, step: { kind: 'ovsPortSettings', name, ...all } as const, change };
    expect(await runner.apply([task], signal())).toMatchObject([{ error: { code: 'OVS_NOT_WIRED' } }]);
    expect(await runner.undo([{ ...task, outcome: {} }], signal())).toEqual([undefined]);
  });
});
