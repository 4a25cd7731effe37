import type { BridgePort } from '@vifkit/engine/connection';
import { describe, expect, it } from 'vitest';
import { strayVlan } from '../../src/connection/port-vlans.js';

type Vlans = Partial<BridgePort>;

const port = (name: string, vlans: Vlans): BridgePort => ({
  ...{ name, tag: undefined, trunks: [], leadsOut: false, isOpen: true },
  ...vlans,
});

describe('the port of a guest', () => {
  const strayOf = (guest: Vlans, way: Vlans, others: readonly Vlans[] = []) =>
    strayVlan(
      'tap0',
      [
        port('tap0', guest),
        port('eth0', { leadsOut: true, ...way }),
        ...others.map((each) => port('other', each)),
      ],
      new Set(['tap0']),
    );
  const tunnel = { vlanMode: 'dot1q-tunnel', tag: 5 };

  it.each<[title: string, guest: Vlans, way: Vlans]>([
    ['in the VLAN of the way out', { tag: 5 }, { tag: 5 }],
    ['in a VLAN that a way out carries tagged', { tag: 5 }, { trunks: [4, 5] }],
    ['in a VLAN, where a way out carries all', { tag: 5 }, {}],
    ['in no VLAN, as the way out', {}, { vlanMode: 'native-untagged', tag: 0, trunks: [0, 5] }],
    [
      'in the VLAN of a way out that has its own and others',
      { tag: 5 },
      { vlanMode: 'native-tagged', tag: 5, trunks: [6] },
    ],
    [
      'with a native VLAN that the way out has',
      { vlanMode: 'native-untagged', tag: 5, trunks: [6] },
      { tag: 5 },
    ],
    ['that takes only frames with tags, of which the way out carries one', { trunks: [5, 6] }, { tag: 6 }],
    ['whose frames go into a tunnel of tags that the way out carries', tunnel, { trunks: [5] }],
    ['in a tunnel of tags that takes no untagged frames', { ...tunnel, cvlans: [7] }, { tag: 6 }],
  ])('%s is not stray', (_, guest, way) => {
    expect(strayOf(guest, way)).toBeUndefined();
  });

  it.each<[title: string, guest: Vlans, way: Vlans, vlans: readonly number[]]>([
    ['in another VLAN than the way out', { tag: 5 }, { tag: 6 }, [5]],
    ['in a VLAN, where the way out is in none', { tag: 5 }, { vlanMode: 'access' }, [5]],
    ['with frames of other VLANs than those of the way out', { trunks: [5, 6] }, { trunks: [7] }, [5, 6]],
    ['in a tunnel of tags that the way out does not carry', tunnel, { trunks: [6] }, [5]],
    ['whose way out takes only tags within its own', { tag: 5 }, { ...tunnel, cvlans: [7] }, [5]],
  ])('%s is stray', (_, guest, way, vlans) => {
    expect(strayOf(guest, way)).toEqual({ vlans, ways: ['eth0'], isShared: false });
  });

  it('in the VLAN of another open port shares it, be it a guest or the host', () => {
    expect(strayOf({ tag: 5 }, { tag: 6 }, [{ tag: 5 }])).toMatchObject({ isShared: true });
    expect(strayOf({ tag: 5 }, { tag: 6 }, [{ tag: 5, isOpen: false }])).toMatchObject({ isShared: false });
  });

  it('whose guest may tag its frames reaches the way out by that', () => {
    expect(strayOf({}, { tag: 6 })).toMatchObject({ vlans: [0], isShared: true });
    const native = { vlanMode: 'native-untagged', tag: 5, trunks: [6] };
    expect(strayOf(native, { tag: 6 })).toMatchObject({ vlans: [5], isShared: true });
  });

  it('on a bridge without a way out has none to miss', () => {
    expect(strayOf({ tag: 5 }, { tag: 6, leadsOut: false })).toBeUndefined();
  });
});
