import { execFileSync } from 'node:child_process';
import { Deadline } from '@vifkit/engine/time';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { EnsureBridge, OvsChange, PutPort } from '../../src/openvswitch/changes.js';
import { ownerMark } from '../../src/openvswitch/marks.js';
import { type Switch, startSwitch } from './switch.js';

const eventually = { timeout: 20_000 };

let ovs: Switch;

const soon = () => new Deadline(20_000).signal;
const commit = (changes: readonly OvsChange[], signal = soon()) => ovs.store.commit(changes, signal);
const failing = (code: string, text = '') =>
  expect.objectContaining({ code, message: expect.stringContaining(text) });

const bridge = (name: string, more: Partial<EnsureBridge> = {}): EnsureBridge => ({
  kind: 'ensureBridge',
  owner: 'vif-1',
  name,
  datapathType: 'dummy',
  ...more,
});
const port = (name: string, more: Partial<PutPort> = {}): PutPort => ({
  kind: 'putPort',
  owner: 'vif-1',
  name,
  bridge: 'br0',
  settings: { externalIds: { 'iface-id': name } },
  portExternalIds: ownerMark(more.owner ?? 'vif-1'),
  wired: true,
  ...more,
});
const read = async (name: string) =>
  (await ovs.store.read({ bridges: [], ports: [name] }, soon())).ports.get(name);

describe.each([
  ['a store of a few calls', false],
  ['a store that lives on', true],
])('%s', (_, isLongLived) => {
  beforeEach(async () => {
    ovs = await startSwitch({ dummy: true }, isLongLived);
  });
  afterEach(() => ovs.stop());

  describe('bridges', () => {
    it('are made with their local port and our mark, in a database that was never initialised', async () => {
      await ovs.ovs.vsctl('--all', 'destroy', 'Open_vSwitch');
      expect(await commit([bridge('br0', { mtu: 1400 })])).toEqual([undefined]);
      const state = await ovs.store.read({ bridges: ['br0', 'br1'], ports: [] }, soon());
      expect([...state.bridges]).toEqual([
        ['br0', { datapathType: 'dummy', externalIds: { vifkit: 'created' }, mtuRequest: 1400 }],
      ]);
      expect(await ovs.get('Interface', 'br0', 'type')).toBe('internal');
      expect(await ovs.get('Interface', 'br0', 'ofport')).toBe('65534');
    });

    it('that several owners want are made once, with the largest MTU', async () => {
      const owners = ['a', 'b', 'c'].map((owner, i) => bridge('br0', { owner, mtu: [1400, 9000, 1500][i] }));
      expect(await commit(owners)).toEqual([undefined, undefined, undefined]);
      expect(await ovs.ovs.vsctl('list-br')).toBe('br0\n');
      expect(await ovs.get('Interface', 'br0', 'mtu_request')).toBe('9000');
    });

    it('that exist keep their datapath, other settings and a larger MTU', async () => {
      await ovs.ovs.vsctl('add-br', 'br0', '--', 'set', 'Interface', 'br0', 'mtu_request=9000');
      const before = await ovs.dump();
      expect(await commit([bridge('br0', { datapathType: 'netdev', mtu: 1500 })])).toEqual([undefined]);
      expect(await ovs.dump()).toEqual(before);
    });

    it('get the MTU that is set, or none; a missing one stays missing', async () => {
      await commit([bridge('br0')]);
      const set = (name: string, mtu?: number): OvsChange => ({
        kind: 'setBridgeMtu',
        owner: 'v',
        name,
        mtu,
      });
      await commit([set('br0', 1234)]);
      expect(await ovs.get('Interface', 'br0', 'mtu_request')).toBe('1234');
      expect(await commit([set('br0'), set('br1', 1500)])).toEqual([undefined, undefined]);
      expect(await ovs.get('Interface', 'br0', 'mtu_request')).toBe('[]');
    });

    it('are removed if they are ours and empty, and else left alone', async () => {
      await commit([bridge('br0'), bridge('br1'), port('p', { wired: false })]);
      await ovs.ovs.vsctl('add-br', 'foreign');
      const remove = (name: string): OvsChange => ({ kind: 'removeBridge', owner: 'vif-1', name });
      const all = ['br0', 'br1', 'foreign', 'absent'].map(remove);
      expect(await commit(all)).toEqual(all.map(() => undefined));
      expect(await ovs.ovs.vsctl('list-br')).toBe('br0\nforeign\n');
      await commit([{ kind: 'removePort', owner: 'vif-1', name: 'p', ifMarked: true }, remove('br0')]);
      expect(await ovs.ovs.vsctl('list-br')).toBe('foreign\n');
    });
  });

  describe('ports', () => {
    beforeEach(async () => {
      await commit([bridge('br0'), bridge('br1')]);
      ovs.veth('v1');
    });

    it('are made in one transaction with their bridge, and are wired', async () => {
      const settings = { tag: 7, type: '', externalIds: { a: '1' }, options: { o: '2' }, mtuRequest: 1400 };
      expect(await commit([bridge('br2'), port('v1', { bridge: 'br2', settings })])).toEqual([
        undefined,
        undefined,
      ]);
      expect(await read('v1')).toMatchObject({
        bridge: 'br2',
        tag: 7,
        externalIds: { 'vifkit-vif': 'vif-1' },
        interface: {
          type: '',
          externalIds: { a: '1' },
          options: { o: '2' },
          mtuRequest: 1400,
          ofport: expect.any(Number),
          error: undefined,
        },
      });
      expect(Number(await ovs.get('Interface', 'v1', 'ofport'))).toBeGreaterThan(0);
    });

    it('keep what a change leaves out, and lose what it takes away', async () => {
      await commit([port('v1', { settings: { tag: 7, externalIds: { a: '1' }, mtuRequest: 1400 } })]);
      await ovs.ovs.vsctl('set', 'Port', 'v1', 'external_ids:theirs=x', 'trunks=5');
      await commit([port('v1', { settings: { tag: null, options: { o: '2' } } })]);
      expect(await read('v1')).toMatchObject({
        tag: undefined,
        externalIds: { 'vifkit-vif': 'vif-1', theirs: 'x' },
        interface: { externalIds: { a: '1' }, options: { o: '2' }, mtuRequest: 1400 },
      });
      expect(await ovs.get('Port', 'v1', 'trunks')).toBe('[5]');
    });

    it('are made anew on another bridge, without what was said of them on the first, and are wired there', async () => {
      const settings = { externalIds: { a: '1' } };
      await commit([port('v1', { settings, initial: { tag: 7, trunks: [7, 8], qosType: 'linux-noop' } })]);
      await ovs.ovs.vsctl(
        'set',
        'Port',
        'v1',
        'other_config:x=y',
        '--',
        'set',
        'Interface',
        'v1',
        'options:o=1',
      );
      const moved = port('v1', { bridge: 'br1', settings, initial: { tag: 4095 } });
      expect(await commit([moved])).toEqual([undefined]);
      expect(await ovs.ovs.vsctl('list-ports', 'br0')).toBe('');
      expect(await read('v1')).toMatchObject({
        bridge: 'br1',
        tag: 4095,
        trunks: [],
        externalIds: { 'vifkit-vif': 'vif-1' },
        interface: { externalIds: { a: '1' }, options: {} },
      });
      expect(await ovs.get('Port', 'v1', 'other_config')).toBe('{}');
      expect(await ovs.ovs.vsctl('list', 'QoS')).toBe('');
    });

    it('fail when their bridge does not exist, and nothing of their owner is done', async () => {
      const changes = [bridge('br2'), port('v1', { bridge: 'absent' })];
      const error = failing('OVS_BRIDGE_NOT_FOUND', 'no Open vSwitch bridge absent for port v1');
      expect(await commit(changes)).toEqual([error, error]);
      expect(await ovs.ovs.vsctl('list-br')).toBe('br0\nbr1\n');
    });

    it('that ovs-vswitchd cannot open fail with its reason, and only they', async () => {
      const outcomes = await commit([port('v1'), port('nolink', { owner: 'vif-2' })]);
      expect(outcomes).toEqual([
        undefined,
        failing('OVS_PORT_FAILED', 'nolink: could not open network device'),
      ]);
      expect(outcomes[1]).toMatchObject({ vifId: 'vif-2' });
    });

    it('that failed are wired once their link is there', async () => {
      await commit([port('late')]);
      ovs.veth('late');
      expect(await commit([port('late')])).toEqual([undefined]);
    });

    it('whose link comes later are not waited for', async () => {
      await ovs.ovs.vswitchd.stop();
      expect(await commit([port('nolink', { wired: false })])).toEqual([undefined]);
      expect(await ovs.ovs.vsctl('list-ports', 'br0')).toBe('nolink\n');
    });

    it('are removed whether they are there or not, without waiting', async () => {
      await commit([port('v1')]);
      await ovs.ovs.vswitchd.stop();
      const remove = (name: string): OvsChange => ({ kind: 'removePort', owner: 'x', name, ifMarked: false });
      expect(await commit([remove('v1'), remove('v1'), remove('absent')])).toEqual([
        undefined,
        undefined,
        undefined,
      ]);
      expect(await ovs.ovs.vsctl('list-ports', 'br0')).toBe('');
    });

    it('are removed only for the owner whose mark they carry, if that is asked for', async () => {
      await ovs.ovs.vsctl('add-port', 'br0', 'theirs');
      await commit([port('v1')]);
      const remove = (name: string, owner: string): OvsChange => ({
        kind: 'removePort',
        owner,
        name,
        ifMarked: true,
      });
      await commit([remove('v1', 'vif-2'), remove('theirs', 'vif-2')]);
      expect(await ovs.ovs.vsctl('list-ports', 'br0')).toBe('theirs\nv1\n');
      await commit([remove('v1', 'vif-1')]);
      expect(await ovs.ovs.vsctl('list-ports', 'br0')).toBe('theirs\n');
    });

    it('can be replaced in one batch', async () => {
      await commit([port('v1', { settings: { tag: 7 } })]);
      const changes: OvsChange[] = [
        { kind: 'removePort', owner: 'vif-1', name: 'v1', ifMarked: false },
        port('v1', { bridge: 'br1' }),
      ];
      expect(await commit(changes)).toEqual([undefined, undefined]);
      expect(await read('v1')).toMatchObject({ bridge: 'br1', tag: undefined });
    });

    it('do not replace a bond', async () => {
      await ovs.ovs.vsctl('add-bond', 'br0', 'bond0', 'v1', 'v2');
      const before = await ovs.dump();
      expect(await commit([port('bond0')])).toEqual([failing('OVS_PORT_NOT_OURS', 'a bond')]);
      expect(await ovs.dump()).toEqual(before);
      expect(await read('bond0')).toMatchObject({ bridge: 'br0', interface: undefined });
    });
  });

  describe('a batch', () => {
    beforeEach(async () => {
      await commit([bridge('br0')]);
    });

    it('in which the database refuses one owner goes through for all others', async () => {
      await ovs.ovs.vsctl('add-bond', 'br0', 'bond0', 'taken', 'other');
      const owners = ['a', 'b', 'c', 'd', 'e'];
      for (const owner of owners) ovs.veth(`v-${owner}`);
      const changes = owners.map((owner) => port(`v-${owner}`, { owner }));
      changes[1] = port('v-b', { owner: 'b', settings: { tag: 4096 } });
      changes.push(port('taken', { owner: 'd' })); // an interface of that name is in the bond
      const outcomes = await commit(changes);
      const range = failing('OVSDB_ERROR', '4096 is not in the valid range');
      const twice = failing('OVSDB_ERROR', 'identical values (taken)');
      expect(outcomes).toEqual([undefined, range, undefined, twice, undefined, twice]);
      expect(await ovs.ovs.vsctl('list-ports', 'br0')).toBe('bond0\nv-a\nv-c\nv-e\n');
    });

    it('survives others who change the same rows at the same time', async () => {
      const names = Array.from({ length: 12 }, (_, i) => `p${i}`);
      const rounds = names.map((name) =>
        commit([bridge('br9'), port(name, { bridge: 'br9', wired: false })]),
      );
      expect((await Promise.all(rounds)).flat()).toEqual(rounds.flatMap(() => [undefined, undefined]));
      expect((await ovs.ovs.vsctl('list-ports', 'br9')).split('\n').filter(Boolean)).toEqual(names.sort());
    });

    it('of nothing does nothing', async () => {
      expect(await commit([])).toEqual([]);
    });
  });

  describe('an ovs-vswitchd that does not run', () => {
    beforeEach(async () => {
      await commit([bridge('br0')]);
      await ovs.ovs.vswitchd.stop();
      ovs.veth('v1');
    });

    it('is reported apart from the transaction, for what waits for it alone', async () => {
      const outcomes = await commit([port('v1'), port('v2', { wired: false })], new Deadline(300).signal);
      expect(outcomes).toEqual([failing('OVS_NOT_WIRED', 'start it, or look at its log'), undefined]);
      expect(await ovs.ovs.vsctl('list-ports', 'br0')).toBe('v1\nv2\n');
    });

    it('is waited for while it starts', async () => {
      const call = commit([port('v1')]);
      await ovs.ovs.vswitchd.start();
      expect(await call).toEqual([undefined]);
    });

    it('is waited for across a restart of the database server', async () => {
      const call = commit([port('v1')]);
      await expect.poll(() => ovs.ovs.vsctl('list-ports', 'br0'), eventually).toBe('v1\n');
      await ovs.ovs.server.stop();
      await ovs.ovs.server.start();
      await ovs.ovs.vswitchd.start();
      expect(await call).toEqual([undefined]);
    });

    it('does not hold up the removal of a bridge until the deadline', async () => {
      const deadline = new Deadline(20_000).signal;
      expect(await commit([{ kind: 'removeBridge', owner: 'x', name: 'br0' }], deadline)).toEqual([
        undefined,
      ]);
      expect(deadline.aborted).toBe(false);
      expect(await ovs.ovs.vsctl('list-br')).toBe('');
    });

    it('is not waited for once the caller aborts', async () => {
      const controller = new AbortController();
      const call = commit([port('v1')], controller.signal);
      await expect.poll(() => ovs.ovs.vsctl('list-ports', 'br0'), eventually).toBe('v1\n');
      controller.abort();
      expect(await call).toEqual([failing('ABORTED')]);
    });
  });

  describe('a database that is missing', () => {
    it('is the outcome of every change, and fails a read', async () => {
      await ovs.ovs.server.stop();
      const unreachable = failing('OVSDB_UNREACHABLE');
      expect(await commit([bridge('br0'), port('v1')])).toEqual([unreachable, unreachable]);
      await expect(ovs.store.read({ bridges: [], ports: [] }, soon())).rejects.toThrow(unreachable);
    });
  });

  describe('the netdev datapath', () => {
    it('reports a bridge whose link ovs-vswitchd cannot make', async () => {
      await ovs.stop();
      ovs = await startSwitch({}, isLongLived);
      ovs.veth('taken');
      expect(await commit([bridge('taken', { datapathType: 'netdev' })])).toEqual([
        failing('OVS_PORT_FAILED', 'the local port of bridge taken'),
      ]);
    });

    it('has made the link of a bridge, or removed it, when the change is done', async () => {
      await ovs.stop();
      ovs = await startSwitch({}, isLongLived);
      const links = () => execFileSync('ip', ['-brief', 'link'], { encoding: 'utf8' });
      await commit([bridge('br0', { datapathType: 'netdev', mtu: 1400 })]);
      expect(links()).toMatch(/^br0 /m);
      await commit([{ kind: 'removeBridge', owner: 'x', name: 'br0' }]);
      expect(links()).not.toMatch(/^br0 /m);
    });
  });
});
