import { describe, expect, it } from 'vitest';
import {
  compareBridge,
  compareBridgeAbsence,
  comparePort,
  comparePortAbsence,
  compareVifPortsAbsence,
} from '../../src/openvswitch/compare.js';
import { BRIDGE_MARK, ownerMark } from '../../src/openvswitch/marks.js';
import type { OvsBridge, OvsInterface, OvsPort } from '../../src/openvswitch/state.js';
import { absentStep, bridgeStep, portStep } from './steps.js';

const vif = { vifId: 'vif', interfaceIds: [] };

const bridge = (mtuRequest?: number): OvsBridge => ({ datapathType: 'system', externalIds: {}, mtuRequest });

const plain: OvsInterface = {
  type: '',
  externalIds: { 'iface-id': 'p' },
  options: {},
  mtuRequest: undefined,
  ofport: 3,
  error: undefined,
};
const port = (its: Partial<OvsInterface> = {}, more: Partial<OvsPort> = {}): OvsPort => ({
  bridge: 'br0',
  tag: undefined,
  externalIds: {},
  interface: { ...plain, ...its },
  ...more,
});
const made = { differences: [{ attribute: 'exists', expected: true, actual: false }], creates: true };

describe('compareBridge', () => {
  it('finds a bridge missing', () => {
    const note = expect.stringContaining('new bridge br0 is connected to nothing');
    expect(compareBridge(bridgeStep('br0'), vif, undefined)).toMatchObject({ ...made, note });
    expect(compareBridge(bridgeStep('br0', { own: true }), vif, undefined)).toMatchObject(made);
  });

  it('is blocked where it has to be there', () => {
    const { blocked, creates } = compareBridge(bridgeStep('br0', { mustExist: true }), vif, undefined);
    expect([blocked?.code, creates]).toEqual(['OVS_BRIDGE_NOT_FOUND', undefined]);
  });

  it.each([
    ['no MTU is wanted', undefined, undefined],
    ['it has the MTU', 1500, 1500],
    ['its MTU is larger', 1500, 9000],
  ])('is content when %s, whatever the datapath', (_, mtu, actual) => {
    const before = bridge(actual);
    const step = bridgeStep('br0', mtu === undefined ? {} : { mtu });
    expect(compareBridge(step, vif, before)).toEqual({ differences: [] });
  });

  it.each([
    ['is not set', undefined, null],
    ['is lower', 1400, 1400],
  ])('finds that the MTU %s', (_, mtu, actual) => {
    const { differences, creates } = compareBridge(bridgeStep('br0', { mtu: 1500 }), vif, bridge(mtu));
    expect(differences).toEqual([{ attribute: 'mtu', expected: 1500, actual }]);
    expect(creates).toBeUndefined();
  });
});

describe('comparePort', () => {
  const compare = (step: Parameters<typeof portStep>[1], actual: OvsPort) =>
    comparePort(portStep('p', { externalIds: { 'iface-id': 'p' }, ...step }), vif, actual).differences;

  it('finds a port missing', () => {
    expect(comparePort(portStep('p'), vif, undefined)).toMatchObject(made);
  });

  it('is content with what it does not ask for', () => {
    const actual = port({ type: 'system', options: { a: '1' }, mtuRequest: 9000 }, { tag: 4 });
    expect(comparePort(portStep('p'), vif, actual)).toMatchObject({ differences: [] });
  });

  it.each([
    ['has the VIF’s mark', { externalIds: { 'vifkit-vif': 'vif' } }, {}, undefined, 'this'],
    ['has its iface-id', {}, { externalIds: { 'iface-id': 'p' } }, undefined, 'unmarked'],
    ['is nobody’s', {}, { externalIds: {} }, 'OVS_MADE_OTHERWISE', 'unmarked'],
    // The engine refuses it, whatever its type.
    ['is another VIF’s', {}, { externalIds: { 'iface-id': 'q' } }, undefined, 'other'],
  ])('finds another type in a port that %s', (_, more, its, code, whose) => {
    const wanted = portStep('p', { type: 'dpdkvhostuserclient' });
    const found = comparePort(
      wanted,
      { vifId: 'vif', interfaceIds: ['p'] },
      port({ type: 'dpdkvhostuser', ...its }, more),
    );
    expect([found.blocked?.code, found.found?.whose]).toEqual([code, whose]);
    expect(found.differences[0]).toMatchObject({ attribute: 'type', actual: 'dpdkvhostuser' });
    // A link of the kernel is a type as well.
    const { differences } = comparePort(portStep('p'), vif, port({ type: 'internal', ...its }, more));
    expect(differences[0]).toMatchObject({ attribute: 'type', expected: '', actual: 'internal' });
  });

  it('is content with what Neutron and OVN have noted beside it, and with the VLAN that the port got', () => {
    const initial = { tag: 4095, vlanMode: 'trunk', trunks: [4095], qosType: 'linux-noop' } as const;
    const externalIds = { 'iface-id': 'p', 'ovn-installed': 'true', 'ovn-installed-ts': '1' };
    const wanted = { initial, options: { a: '1' } };
    expect(compare(wanted, port({ externalIds, options: { a: '1', n_rxq: '2' } }, { tag: 7 }))).toEqual([]);
  });

  it('is content when all it asks for is so', () => {
    const wanted = { tag: 0, type: 'internal', options: { a: '1', b: '2' }, mtuRequest: 1400 };
    const its = { type: 'internal', options: { b: '2', a: '1' }, mtuRequest: 1400 };
    expect(compare(wanted, port(its, { tag: 0 }))).toEqual([]);
  });

  it.each<[string, Parameters<typeof portStep>[1], OvsPort, unknown, unknown]>([
    ['bridge', {}, port({}, { bridge: 'br1' }), 'br0', 'br1'],
    ['tag', { tag: 0 }, port(), 0, null],
    ['tag', { tag: 5 }, port({}, { tag: 6 }), 5, 6],
    ['type', { type: '' }, port({ type: 'internal' }), '', 'internal'],
    ['externalIds', { externalIds: { a: '1' } }, port({ externalIds: { a: '2' } }), { a: '1' }, { a: '2' }],
    ['externalIds', { externalIds: { a: '1' } }, port({ externalIds: { b: '2' } }), { a: '1' }, {}],
    ['options', { options: { a: '1' } }, port({ options: {} }), { a: '1' }, {}],
    ['mtuRequest', { mtuRequest: 1500 }, port({ mtuRequest: 1400 }), 1500, 1400],
    ['ofport', {}, port({ ofport: undefined }), 'a port number', null],
    ['ofport', {}, port({ ofport: -1 }), 'a port number', -1],
    ['ofport', {}, port({ ofport: -1, error: 'no such device' }), 'a port number', 'no such device'],
  ])('finds another %s', (attribute, wanted, actual, expected, found) => {
    expect(compare(wanted, actual)).toEqual([{ attribute, expected, actual: found }]);
  });

  it('does not ask whether a port is wired that need not be', () => {
    expect(compare({ wired: false }, port({ ofport: -1, error: 'no such device' }))).toEqual([]);
  });

  it('is blocked by a bond', () => {
    const { blocked } = comparePort(portStep('p'), vif, port({}, { interface: undefined }));
    expect(blocked).toMatchObject({ code: 'OVS_PORT_NOT_OURS', vifId: 'vif' });
  });
});

describe('comparePortAbsence', () => {
  const present = { attribute: 'exists', expected: false, actual: true };

  it('is content when the port is gone', () => {
    expect(comparePortAbsence(absentStep('p', false), vif, undefined)).toEqual({ differences: [] });
  });

  it.each([
    ["the VIF's own by its name", true, {}],
    ['marked for the VIF', false, ownerMark('vif')],
  ])('finds a port that is %s', (_, own, externalIds) => {
    const before = port({}, { externalIds });
    expect(comparePortAbsence(absentStep('p', own), vif, before)).toMatchObject({
      differences: [present],
    });
  });

  it('reports whose a port is', () => {
    const whose = (externalIds: OvsPort['externalIds'], its: OvsInterface['externalIds'] = {}) =>
      comparePortAbsence(
        absentStep('p', true),
        { vifId: 'vif', interfaceIds: ['neutron'] },
        port({ externalIds: its }, { externalIds }),
      ).found;
    expect(whose(ownerMark('vif'))).toEqual({ whose: 'this' });
    expect(whose(ownerMark('vif'), { 'iface-id': 'b' })).toEqual({ whose: 'this' });
    for (const id of ['vif', 'neutron']) {
      expect(whose({}, { 'iface-id': id })).toEqual({ whose: 'unmarked', byName: true });
    }
    expect(whose({}, { 'iface-id': 'b' })).toMatchObject({ whose: 'other', vifId: 'b' });
    expect(whose(ownerMark('a'), { 'iface-id': 'vif' })).toMatchObject({ whose: 'other', vifId: 'a' });
  });
});

describe('a port without a mark that is the VIF’s by its name', () => {
  const step = { ...absentStep('p', true), type: '', linkTypes: ['tap', 'veth'] } as const;
  const isByName = (found: OvsPort, linkType?: string) =>
    comparePortAbsence(step, vif, found, linkType).found?.byName;
  const nobodys = (its: Partial<OvsInterface> = {}, more: Partial<OvsPort> = {}) =>
    port({ externalIds: {}, ...its }, more);

  it.each<[string, OvsPort, string | undefined]>([
    ['a tap', nobodys(), 'tap'],
    ['a veth', nobodys({ type: 'system' }), 'veth'],
    ['a link that is gone', nobodys(), undefined],
    [
      'of another type, but with the VIF’s iface-id',
      nobodys({ type: 'x', externalIds: { 'iface-id': 'vif' } }),
      'x',
    ],
  ])('is %s', (_, found, linkType) => expect(isByName(found, linkType)).toBe(true));

  it.each<[string, OvsPort, string | undefined]>([
    ['another link of the kernel', nobodys(), 'ether'],
    ['an internal port', nobodys({ type: 'internal' }), undefined],
    ['a tunnel', nobodys({ type: 'vxlan' }), undefined],
    ['a bond', port({}, { interface: undefined }), undefined],
    ['the local port of its bridge', nobodys({}, { bridge: 'p' }), undefined],
  ])('is not %s', (_, found, linkType) => expect(isByName(found, linkType)).toBe(false));
});

describe('a representor that another VIF had', () => {
  const step = portStep('p', { representor: true, functionAddress: '0000:03:00.3' });
  const theirs = port({}, { externalIds: ownerMark('a') });

  it('is idle unless a program has the function open', () => {
    const found = { whose: 'other', vifId: 'a' };
    expect(comparePort(step, vif, theirs).found).toEqual({ ...found, isIdle: true });
    const user = 'qemu (process 7)';
    expect(comparePort(step, vif, theirs, user).found).toEqual({ ...found, usedBy: user });
  });
});

describe('compareBridgeAbsence', () => {
  const step = (own: boolean) => ({ kind: 'ovsBridgeAbsent', name: 'tbr-1', own }) as const;
  const present = { attribute: 'exists', expected: false, actual: true };

  it.each([
    ['the VIF’s own by its name', true, {}, 'unmarked'],
    ['shared by VIFs', false, BRIDGE_MARK, 'shared'],
    ['the VIF’s by our mark', false, { ...BRIDGE_MARK, ...ownerMark('vif') }, 'this'],
    ['another VIF’s', false, { ...BRIDGE_MARK, ...ownerMark('a') }, 'other'],
    ['the VIF’s own by its name, made for another', true, { ...BRIDGE_MARK, ...ownerMark('a') }, 'unmarked'],
    ['nobody’s of ours', false, {}, 'unmarked'],
  ])('finds an idle bridge that is %s', (_, own, externalIds, whose) => {
    const before = { ...bridge(), externalIds };
    const found = compareBridgeAbsence(step(own), vif, before, []);
    expect(found).toMatchObject({ differences: [present], found: { whose } });
  });

  it('leaves another VIF’s bridge where that serves no other', () => {
    const before = { ...bridge(), externalIds: { ...BRIDGE_MARK, ...ownerMark('a') } };
    const exclusive = { ...step(true), exclusive: true };
    expect(compareBridgeAbsence(exclusive, vif, before, []).found).toEqual({ whose: 'other', vifId: 'a' });
  });

  it('is content when the bridge is gone, or used', () => {
    const content = { differences: [] };
    expect(compareBridgeAbsence(step(true), vif, undefined, [])).toEqual(content);
    expect(compareBridgeAbsence(step(true), vif, bridge(), ['tap0'])).toEqual(content);
  });
});

describe('compareVifPortsAbsence', () => {
  it('finds the ports that are left, by name', () => {
    const difference = { attribute: 'ports', expected: [], actual: ['qvo1'] };
    const { differences } = compareVifPortsAbsence(vif, new Map([['qvo1', port()]]));
    expect(differences).toEqual([difference]);
    expect(compareVifPortsAbsence(vif, new Map())).toEqual({ differences: [] });
  });
});
