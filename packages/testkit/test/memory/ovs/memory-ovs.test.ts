import { Deadline } from '@vifkit/engine/time';
import { type OvsChange, OvsSwitch } from '@vifkit/host/parts';
import { beforeEach, describe, expect, it } from 'vitest';
import { Kernel } from '../../../src/memory/kernel/kernel.js';
import { Points } from '../../../src/memory/kernel/points.js';
import { MemoryOvs } from '../../../src/memory/ovs/memory-ovs.js';

const soon = () => new Deadline(10_000).signal;

const ensureBridge = (name: string, mtu?: number, owner = 'vif'): OvsChange => ({
  kind: 'ensureBridge',
  owner,
  name,
  datapathType: 'system',
  mtu,
});
const putPort = (name: string, bridge: string, type = '', owner = 'vif'): OvsChange => ({
  kind: 'putPort',
  owner,
  name,
  bridge,
  settings: { type, externalIds: { 'iface-id': owner } },
  portExternalIds: { 'vifkit-vif': owner },
  wired: true,
});

let points: Points;
let kernel: Kernel;
let ovs: MemoryOvs;

async function commit(...changes: OvsChange[]): Promise<(string | undefined)[]> {
  return (await new OvsSwitch(ovs).commit(changes, soon())).map((outcome) => outcome?.code);
}

beforeEach(() => {
  points = new Points();
  kernel = new Kernel();
  ovs = new MemoryOvs(points, kernel, [{ name: 'br-ex', datapathType: 'netdev' }]);
});

describe('bridges', () => {
  it('have a local port, whose link has the MTU that was asked for', async () => {
    expect(await commit(ensureBridge('br-int', 1450))).toEqual([undefined]);
    expect(ovs.snapshot()).toMatchObject({
      bridges: { 'br-int': { datapathType: 'system', mtuRequest: 1450, externalIds: { vifkit: 'created' } } },
      ports: { 'br-int': { bridge: 'br-int', interface: { type: 'internal', ofport: 65_534 } } },
    });
    expect(kernel.links.get('br-int')).toMatchObject({ type: 'openvswitch', mtu: 1450 });
  });

  it('only ever have their MTU raised, unless it is put back', async () => {
    await commit(ensureBridge('br-int', 1450), ensureBridge('br-int', 1400));
    expect(kernel.links.get('br-int')?.mtu).toBe(1450);
    await commit({ kind: 'setBridgeMtu', owner: 'vif', name: 'br-int', mtu: undefined });
    expect(kernel.links.get('br-int')?.mtu).toBe(1500);
  });

  it('are removed with their link if they are ours and empty', async () => {
    const removal = (name: string): OvsChange => ({ kind: 'removeBridge', owner: 'vif', name });
    kernel.put({ name: 'tap0', type: 'tap' });
    await commit(ensureBridge('br-int'), ensureBridge('br-used'), putPort('tap0', 'br-used'));
    await commit(removal('br-int'), removal('br-used'), removal('br-ex'));
    expect(Object.keys(ovs.snapshot().bridges)).toEqual(['br-ex', 'br-used']);
    expect(kernel.links.has('br-int')).toBe(false);
  });

  it('fail where their link cannot be made', async () => {
    kernel.put({ name: 'br-int', type: 'bridge' });
    expect(await commit(ensureBridge('br-int'))).toEqual(['OVS_PORT_FAILED']);
    expect(ovs.snapshot().ports['br-int']?.interface?.error).toContain('File exists');
  });
});

describe('ports', () => {
  it('are wired once their link exists, or if they need none', async () => {
    const changes = [putPort('tap0', 'br-ex'), putPort('vhu0', 'br-ex', 'dpdkvhostuserclient')];
    expect(await commit(...changes)).toEqual(['OVS_PORT_FAILED', undefined]);
    expect(ovs.snapshot().ports.tap0?.interface).toMatchObject({
      ofport: -1,
      error: 'could not open network device tap0 (No such device)',
    });
    kernel.put({ name: 'tap0', type: 'tap' });
    expect(ovs.snapshot().ports.tap0?.interface).toMatchObject({ ofport: 2, error: undefined });
  });

  it('keep what a change does not mention, and lose what it sets to null', async () => {
    kernel.put({ name: 'tap0', type: 'tap' });
    await commit(putPort('tap0', 'br-ex'));
    const change = { ...putPort('tap0', 'br-ex'), settings: { tag: 5, mtuRequest: 1400 } } as OvsChange;
    await commit(change);
    expect(kernel.links.get('tap0')?.mtu).toBe(1400);
    await commit({ ...change, settings: { tag: null } } as OvsChange);
    expect(ovs.snapshot().ports.tap0).toMatchObject({
      tag: undefined,
      externalIds: { 'vifkit-vif': 'vif' },
      interface: { externalIds: { 'iface-id': 'vif' }, mtuRequest: 1400 },
    });
  });

  it('have links of their own if they are internal', async () => {
    await commit(putPort('in0', 'br-ex', 'internal'));
    expect(kernel.links.has('in0')).toBe(true);
    await commit({ kind: 'removePort', owner: 'vif', name: 'in0', ifMarked: false });
    expect(kernel.links.has('in0')).toBe(false);
  });

  it('are removed by their owner alone where a mark is asked for', async () => {
    await commit(putPort('vhu0', 'br-ex', 'dpdkvhostuser'));
    await commit({ kind: 'removePort', owner: 'other', name: 'vhu0', ifMarked: true });
    expect(ovs.snapshot().ports).toHaveProperty('vhu0');
    await commit({ kind: 'removePort', owner: 'vif', name: 'vhu0', ifMarked: true });
    expect(ovs.snapshot().ports).not.toHaveProperty('vhu0');
  });
});

describe('a commit', () => {
  it('makes all changes of an owner or none, and those of the others', async () => {
    const outcomes = await commit(
      ensureBridge('br-a', undefined, 'a'),
      putPort('vhu0', 'br-none', 'dpdkvhostuser', 'a'),
      ensureBridge('br-b', undefined, 'b'),
    );
    expect(outcomes).toEqual(['OVS_BRIDGE_NOT_FOUND', 'OVS_BRIDGE_NOT_FOUND', undefined]);
    expect(Object.keys(ovs.snapshot().bridges)).toEqual(['br-b', 'br-ex']);
  });

  it('that hangs has outcomes none the less', async () => {
    points.hangAt(1);
    const hung = await new OvsSwitch(ovs).commit([ensureBridge('br-a')], new Deadline(20).signal);
    expect(hung[0]?.code).toBe('TIMEOUT');
    expect(ovs.snapshot().bridges).not.toHaveProperty('br-a');
  });

  it('stays in the database when ovs-vswitchd hangs', async () => {
    points.hangAt(({ part }) => part === 'wiring');
    const hung = await new OvsSwitch(ovs).commit([ensureBridge('br-a')], new Deadline(20).signal);
    expect(hung[0]).toMatchObject({ code: 'OVS_NOT_WIRED', cause: { code: 'TIMEOUT' } });
    expect(ovs.snapshot().bridges).toHaveProperty('br-a');
  });

  it('reads only what is asked for', async () => {
    const state = await new OvsSwitch(ovs).read({ bridges: ['br-none'], ports: ['br-ex'] }, soon());
    expect(state.bridges.size).toBe(0);
    expect([...state.ports.keys()]).toEqual(['br-ex']);
  });
});

it('refuses to select a column that its schema does not have, as the server does', async () => {
  const select = (columns: readonly string[]) =>
    ovs.transact('Open_vSwitch', [{ op: 'select', table: 'Open_vSwitch', where: [], columns }], soon());
  await expect(select(['_uuid', 'external_ids', 'other_config'])).resolves.toHaveLength(1);
  await expect(select(['ovs_color'])).rejects.toMatchObject({
    code: 'OVSDB_ERROR',
    message: expect.stringContaining('there is no column ovs_color in Open_vSwitch'),
  });
});
