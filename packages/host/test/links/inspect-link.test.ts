import type { LinkAbsentStep, LinkStep } from '@vifkit/core/steps';
import { describe, expect, it } from 'vitest';
import { inspectAbsence, inspectLink } from '../../src/links/inspect-link.js';
import type { LinkState } from '../../src/links/link-state.js';

function state(own: Partial<LinkState> = {}): LinkState {
  return {
    name: 'l0',
    type: 'tap',
    up: true,
    mtu: 1500,
    address: '52:54:00:00:00:01',
    promisc: false,
    tap: { multiQueue: false, owner: 0, isOpen: false },
    ...own,
  };
}

const vifId = '5f0c6f3e-0b51-4b35-9f0b-6f6f3ddc8a11';
const step = (own: Omit<LinkStep, 'kind' | 'name'>): LinkStep => ({ kind: 'link', name: 'l0', ...own });
const absent = (own: boolean): LinkAbsentStep => ({ kind: 'linkAbsent', name: 'l0', type: 'tap', own });

describe('a link step', () => {
  it('makes a link that is missing', () => {
    const inspection = inspectLink(step({ create: { type: 'tap' }, set: { up: true } }), vifId, undefined);
    expect(inspection).toEqual({
      change: {
        kind: 'make',
        create: { type: 'tap', owner: 0 },
        set: { up: true },
        mark: `vifkit:${vifId}`,
      },
      differences: [{ attribute: 'exists', expected: true, actual: false }],
      creates: true,
    });
  });

  it('is blocked where a link is missing that it would not make', () => {
    const { blocked, creates } = inspectLink(step({ set: { up: true } }), vifId, undefined);
    expect(blocked).toMatchObject({
      code: 'LINK_NOT_FOUND',
      message: 'There is no link l0 on this host: make it, or correct its name',
    });
    expect(creates).toBeUndefined();
  });

  it('reports each attribute that differs, and no other', () => {
    const its = { bridge: bridge({ ageing: 300 }), ipv6: true, master: 'br1', alias: 'uplink' };
    const before = state({ type: 'bridge', ...its });
    const set = {
      up: true,
      mtu: 1450,
      address: '52:54:00:00:00:01'.toUpperCase(),
      ipv6: false,
      bridge: { ageing: 0, stp: false },
    };
    expect(inspectLink(step({ create: { type: 'bridge' }, set }), vifId, before)).toEqual({
      change: {
        kind: 'set',
        set: { mtu: 1450, ipv6: false, bridge: { ageing: 0 } },
        former: { mtu: 1500, ipv6: true, bridge: { ageing: 300 } },
      },
      differences: [
        { attribute: 'mtu', expected: 1450, actual: 1500 },
        { attribute: 'ipv6', expected: false, actual: true },
        { attribute: 'bridge.ageing', expected: 0, actual: 300 },
      ],
      found: { whose: 'unmarked', byName: false },
    });
  });

  describe('reports whose a link is', () => {
    const other = 'c1e5cbd2-16b4-4d1e-8a5c-2b1f6a0d9e33';
    const own: Omit<LinkStep, 'kind' | 'name'> = { create: { type: 'tap' } };
    const mark = { attribute: 'alias', expected: `vifkit:${vifId}`, actual: null };
    const inspect = (alias: string | undefined, wanted = own) =>
      inspectLink(step(wanted), vifId, state(alias === undefined ? {} : { alias }));
    const found = (alias: string | undefined, wanted = own) => inspect(alias, wanted).found;

    it('by its mark', () => {
      expect(found(`vifkit:${vifId}`)).toEqual({ whose: 'this' });
      expect(found(`vifkit:${vifId.toUpperCase()}`)).toEqual({ whose: 'this' });
      expect(found(`vifkit:${other}`)).toEqual({ whose: 'other', vifId: other });
      expect(found('vifkit:shared')).toEqual({ whose: 'shared' });
    });

    it('by its name, where it would be made for the VIF alone, and nobody has given it an alias', () => {
      expect(found(undefined)).toEqual({ whose: 'unmarked', byName: true });
      expect(inspect(undefined)).toMatchObject({
        differences: [],
        takeOver: {
          change: { kind: 'set', set: {}, mark: { to: mark.expected, from: '' } },
          differences: [mark],
        },
      });
      for (const wanted of [{ set: { up: true } }, { ...own, shared: true }]) {
        expect(found(undefined, wanted)).toEqual({ whose: 'unmarked', byName: false });
      }
      expect(found('vpn')).toEqual({ whose: 'unmarked', byName: false });
    });
  });

  describe('that finds a tap made otherwise', () => {
    const found = (tap: LinkState['tap'], own: Partial<LinkState> = {}, multiQueue = false) => {
      const making = step({ create: { type: 'tap', multiQueue }, set: { up: true } });
      return inspectLink(making, vifId, state({ ...(tap && { tap }), ...own }), { tapOwner: 107 });
    };
    const unowned = { multiQueue: false, isOpen: false };

    it('reports how, and has it made anew if nobody has it open', () => {
      for (const alias of [undefined, `vifkit:${vifId}`]) {
        const { differences, blocked } = found(unowned, alias === undefined ? {} : { alias }, true);
        expect(differences.slice(0, 2)).toEqual([
          { attribute: 'multiQueue', expected: true, actual: false },
          { attribute: 'owner', expected: 107, actual: null },
        ]);
        expect(blocked).toBeUndefined();
      }
    });

    it('refuses one that is open, with other queues or another owner', () => {
      const open = { ...unowned, isOpen: true };
      expect(found(open, {}, true).blocked).toMatchObject({ code: 'LINK_MADE_OTHERWISE' });
      expect(found({ ...open, owner: 4 }).blocked).toMatchObject({ code: 'LINK_MADE_OTHERWISE' });
    });

    it('takes one that is open without an owner: none can be given to it now', () => {
      expect(found({ ...unowned, isOpen: true })).toMatchObject({ differences: [] });
      expect(found({ ...unowned, isOpen: true }).blocked).toBeUndefined();
    });

    it('finds nothing in one that is made as it would be, open or not', () => {
      for (const isOpen of [false, true]) {
        expect(found({ multiQueue: true, owner: 107, isOpen }, {}, true)).toMatchObject({ differences: [] });
      }
    });
  });

  it('leaves the initial attributes of a link that exists', () => {
    expect(inspectLink(step({ initial: { mtu: 9000 } }), vifId, state()).differences).toEqual([]);
  });

  it('takes a link without IPv6 for one that has it turned off', () => {
    expect(inspectLink(step({ set: { ipv6: false } }), vifId, state()).differences).toEqual([]);
  });

  it('compares the bridge settings of what is no bridge', () => {
    const { differences } = inspectLink(step({ set: { bridge: { stp: false } } }), vifId, state());
    expect(differences).toEqual([{ attribute: 'bridge.stp', expected: false, actual: null }]);
  });

  it.each([
    ['type', step({ create: { type: 'bridge' } }), state()],
    ['peer', step({ create: { type: 'veth', peer: 'l1' } }), state({ type: 'veth', peer: 'l2' })],
    ['peer', step({ create: { type: 'veth', peer: 'l1' } }), state({ type: 'veth' })],
    ['id', step({ create: { type: 'vlan', link: 'eth0', id: 5 } }), vlan(6, 'eth0')],
    ['link', step({ create: { type: 'vlan', link: 'eth0', id: 5 } }), vlan(5, 'eth1')],
  ])('is blocked by a link of another kind, and reports its %s', (attribute, wanted, found) => {
    const { blocked, differences } = inspectLink(wanted, vifId, found);
    expect(blocked?.code).toBe('LINK_KIND_MISMATCH');
    expect(differences.map((difference) => difference.attribute)).toEqual([attribute]);
  });

  it('does not take a link out of a bridge, unless it was made for the VIF', () => {
    const wanted = step({ set: { master: 'br0' } });
    const blockOf = (own: Partial<LinkState>) => inspectLink(wanted, vifId, state(own)).blocked;
    for (const alias of ['vifkit:shared', 'vifkit:a', undefined]) {
      const found = { master: 'br1', ...(alias !== undefined && { alias }) };
      expect(blockOf(found)).toMatchObject({ code: 'LINK_BUSY', message: expect.stringContaining('br1') });
    }
    expect(blockOf({ master: 'br1', alias: `vifkit:${vifId.toUpperCase()}` })).toBeUndefined();
    expect(blockOf({ master: 'br0' })).toBeUndefined();
    expect(blockOf({})).toBeUndefined();
  });

  it('does not take a link that another VIF uses into a bridge', () => {
    const wanted = step({ set: { master: 'br0' } });
    const blockOf = (user: string) => inspectLink(wanted, vifId, state({ users: [user] })).blocked;
    expect(blockOf('a')).toMatchObject({ code: 'LINK_BUSY', message: expect.stringContaining('VIF a') });
    expect(blockOf(vifId)).toBeUndefined();
  });

  it('takes a link out of Open vSwitch only where an earlier step removes its port', () => {
    const found = state({ master: 'ovs-system' });
    const wanted = { set: { master: 'br0' }, ifPresent: true };
    expect(inspectLink(step(wanted), vifId, found).blocked?.code).toBe('LINK_BUSY');
    expect(inspectLink(step({ ...wanted, leavesSwitch: true }), vifId, found)).toMatchObject({
      differences: [{ attribute: 'master', expected: 'br0', actual: 'ovs-system' }],
    });
    expect(inspectLink(step({ ...wanted, leavesSwitch: true }), vifId, found).blocked).toBeUndefined();
  });

  it('does not join a tap of an earlier plug that is removed because it is idle', () => {
    const wanted = step({ set: { master: 'br0' }, ifPresent: true });
    const own = { alias: `vifkit:${vifId}` };
    expect(inspectLink(wanted, vifId, state(own))).toEqual({ differences: [], isAwaited: true });
    for (const found of [state({ ...own, tap: { multiQueue: false, isOpen: true } }), state()]) {
      expect(inspectLink(wanted, vifId, found).differences).toHaveLength(1);
    }
  });

  it('takes a tap for a switch out of the bridge of the VIF’s hybrid links, and out of no other', () => {
    const wanted = step({ create: { type: 'tap' }, unbridged: true });
    const found = state({ master: 'qbr1' });
    const bridgeOf = (alias: string) => ({ ...state({ type: 'bridge', alias }), name: 'qbr1' });
    const inspect = (alias: string) => inspectLink(wanted, vifId, found, { hybridBridge: bridgeOf(alias) });
    expect(inspect('vifkit:a').blocked?.code).toBe('LINK_BUSY');
    expect(inspect(`vifkit:${vifId}`).blocked).toBeUndefined();
    expect(inspect(`vifkit:${vifId}`).change).toEqual({
      kind: 'set',
      set: { master: null },
      former: { master: 'qbr1' },
    });
  });
});

describe('the absence of a link', () => {
  const inspect = (wanted: LinkAbsentStep, found: LinkState | undefined) =>
    inspectAbsence(wanted, vifId, found);

  it('is there when the link is not', () => {
    expect(inspect(absent(true), undefined)).toEqual({ differences: [] });
  });

  it('reports whose the link is', () => {
    expect(inspect(absent(true), state()).found).toEqual({ whose: 'unmarked', byName: true });
    expect(inspect(absent(false), state()).found).toEqual({ whose: 'unmarked', byName: false });
    expect(inspect(absent(false), state({ alias: `vifkit:${vifId}` })).found).toEqual({ whose: 'this' });
    const others = inspect(absent(true), state({ alias: 'vifkit:a' }));
    expect(others).toMatchObject({ found: { whose: 'other', vifId: 'a' } });
    expect(others.differences).toEqual([{ attribute: 'exists', expected: false, actual: true }]);
  });

  it('does not count a link with somebody else’s alias, or a bridge that serves others, as the VIF’s own', () => {
    expect(inspect(absent(true), state({ alias: 'vpn' })).found).toEqual({
      whose: 'unmarked',
      byName: false,
    });
    const found = state({ type: 'bridge' });
    expect(inspectAbsence({ ...absent(true), type: 'bridge' }, vifId, found, 'eth0').found).toEqual({
      whose: 'unmarked',
      byName: false,
      usedBy: 'eth0',
    });
  });

  it('reports that a program has a tap open', () => {
    const open = state({ alias: `vifkit:${vifId}`, tap: { multiQueue: false, isOpen: true } });
    expect(inspect(absent(false), open).found).toEqual({ whose: 'this', usedBy: 'a program' });
  });

  it('takes a link of another type for somebody else’s, unless it is marked', () => {
    const theirs = inspect(absent(true), state({ type: 'bridge' }));
    expect(theirs).toMatchObject({ differences: [{}], found: { whose: 'unmarked', byName: false } });
    expect(theirs.change).toBeUndefined();
    const { blocked } = inspect(absent(true), state({ type: 'bridge', alias: `vifkit:${vifId}` }));
    expect(blocked?.code).toBe('LINK_KIND_MISMATCH');
  });

  it('leaves one of another type without complaint if it is lenient', () => {
    const { blocked, differences } = inspect({ ...absent(true), lenient: true }, state({ type: 'bridge' }));
    expect([blocked, differences]).toEqual([undefined, []]);
  });
});

function bridge(own: Partial<NonNullable<LinkState['bridge']>>): NonNullable<LinkState['bridge']> {
  return { forwardDelay: 15, stp: false, multicastSnooping: true, ageing: 300, ...own };
}

function vlan(id: number, link: string): LinkState {
  return state({ type: 'vlan', vlan: { id, link } });
}
