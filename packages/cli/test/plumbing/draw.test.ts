import type { Step } from '@vifkit/core/steps';
import type { PlannedStep } from '@vifkit/engine';
import { describe, expect, it } from 'vitest';
import { drawPlumbing } from '../../src/plumbing/draw.js';
import { hybridSteps, missing, planned } from '../support/planned.js';

const mac = 'fa:16:3e:c0:7c:00';
const { bridge, veth, peer, port } = hybridSteps;
const hybridDevice = { hostLink: 'tap29755d96-99', bridge: 'qbr29755d96-99', toXml: () => '' };

const draw = (device: { hostLink?: string; bridge?: string }, ...steps: readonly PlannedStep[]) =>
  drawPlumbing({ steps }, { ...device, toXml: () => '' }, { mac });

it('a bridge of the port’s own is drawn with the patch ports behind it', () => {
  const bridge = (name: string) => planned({ kind: 'ovsBridge', name, datapathType: 'system' });
  const port = (name: string, on: string, patch = {}) =>
    planned({ kind: 'ovsPort', bridge: on, name, externalIds: {}, wired: true, ...patch });
  const to = (peer: string) => ({ type: 'patch', options: { peer } });
  const steps = [
    bridge('br-int'),
    bridge('pb1'),
    port('tap1', 'pb1'),
    port('ibp1', 'br-int', to('pbp1')),
    port('pbp1', 'pb1', to('ibp1')),
  ];
  const drawing = draw({ hostLink: 'tap1', bridge: 'pb1' }, ...steps);
  const order = ['tap1', 'pb1', 'ibp1', 'br-int'].map((name) =>
    drawing.search(new RegExp(`^ *${name} |══ ${name}`, 'm')),
  );
  expect(
    order.every((at) => at >= 0),
    drawing,
  ).toBe(true);
  expect([...order].sort((a, b) => a - b)).toEqual(order);
  expect(drawing).toContain('pbp1 ══ ibp1');
});

describe('a hybrid VIF', () => {
  it('goes by a bridge and a veth pair to Open vSwitch', () => {
    const steps = [bridge, veth, peer, hybridSteps.switch, port].map((step) => planned(step));
    expect(drawPlumbing({ steps }, hybridDevice, { mac })).toBe(`guest  fa:16:3e:c0:7c:00
  │
tap29755d96-99   made by the hypervisor
  │
qbr29755d96-99   bridge, up
  │
qvb29755d96-99 ══ qvo29755d96-99   veth pair, up, mtu 1450
  │
br-int           Open vSwitch bridge, port qvo29755d96-99
`);
  });

  it('is drawn without a MAC address too', () => {
    expect(drawPlumbing({ steps: [] }, { toXml: () => '' })).toBe('guest  no MAC address\n');
  });

  it('shows what the host lacks', () => {
    const steps = [
      planned(bridge, missing),
      planned(veth, missing),
      planned(peer, missing),
      planned(hybridSteps.switch),
      planned(port, missing),
    ];
    expect(drawPlumbing({ steps }, hybridDevice, { mac })).toBe(`guest  fa:16:3e:c0:7c:00
  │
tap29755d96-99   made by the hypervisor
  │
qbr29755d96-99   bridge, ✗ missing, up, mtu 1450
  ┆
qvb29755d96-99 ══ qvo29755d96-99   veth pair, ✗ missing, up, mtu 1450, not connected
  ┆
br-int           Open vSwitch bridge, port qvo29755d96-99 ✗ missing
`);
  });

  it('claims nothing of a guest’s link that is not there yet', () => {
    const tap: Step = { kind: 'link', name: 'tap29755d96-99', set: { up: true, mtu: 1450 }, ifPresent: true };
    const why = 'the hypervisor makes it when the guest starts';
    const legs = [{ leg: 'guestLink', name: tap.name, state: 'waiting', why }] as const;
    const steps = [{ ...planned(tap), isAwaited: true }, planned(bridge)];
    const connection = { state: 'waiting', legs } as const;
    expect(drawPlumbing({ steps }, hybridDevice, { mac, connection })).toContain(
      `tap29755d96-99   link, … ${why}\n`,
    );
  });

  it('shows once what its path lacks', () => {
    const steps = [
      planned(bridge, missing),
      planned(veth, { attribute: 'master', expected: bridge.name, actual: null }),
      planned(peer),
      planned(hybridSteps.switch),
      planned(port, missing),
    ];
    const awaited = 'the hypervisor makes it when the guest starts';
    const legs = [
      { leg: 'guestLink', name: hybridDevice.hostLink, state: 'waiting', why: awaited },
      { leg: 'bridgeMember', name: hybridDevice.hostLink, state: 'waiting', why: awaited },
      { leg: 'bridge', name: bridge.name, state: 'broken', why: 'it is missing' },
      { leg: 'bridgeMember', name: veth.name, state: 'broken', why: 'it is in no bridge' },
      { leg: 'ovsPort', name: port.name, state: 'broken', why: 'it is missing from br-int' },
    ] as const;
    const connection = { state: 'broken', legs } as const;
    expect(drawPlumbing({ steps }, hybridDevice, { mac, connection })).toBe(`guest  fa:16:3e:c0:7c:00
  │
tap29755d96-99   made by the hypervisor, … ${awaited}
  │
qbr29755d96-99   bridge, ✗ missing, up, mtu 1450
  ┆
qvb29755d96-99 ══ qvo29755d96-99   veth pair, up, mtu 1450, qvb29755d96-99 master none (should be qbr29755d96-99), not connected
  ┆
br-int           Open vSwitch bridge, port qvo29755d96-99 ✗ missing
`);
  });

  it('does not call a port missing whose link is down', () => {
    const steps = [planned(veth), planned(peer), planned(hybridSteps.switch), planned(port)];
    const legs = [{ leg: 'ovsPort', name: port.name, state: 'broken', why: 'its link is down' }] as const;
    const drawing = drawPlumbing(
      { steps },
      { ...hybridDevice, bridge: 'qbr1' },
      { mac, connection: { state: 'broken', legs } },
    );
    expect(drawing).toContain('✗ its link is down');
    expect(drawing).toContain(`br-int           Open vSwitch bridge, port ${port.name} ✗ broken`);
    expect(drawing).not.toContain('missing');
  });

  it('also shows what is broken about a link that is not a port yet', () => {
    const own: Step = { ...port, name: 'tap1' };
    const legs = [
      { leg: 'guestLink', name: 'tap1', state: 'broken', why: 'it is down' },
      { leg: 'ovsPort', name: 'tap1', state: 'broken', why: 'it is missing from br-int' },
    ] as const;
    const connection = { state: 'broken', legs } as const;
    const drawing = drawPlumbing({ steps: [planned(own, missing)] }, { toXml: () => '' }, { connection });
    expect(drawing).toContain('✗ it is down');
    expect(drawing).not.toContain('it is missing from');
  });

  it('shows what is otherwise', () => {
    const steps = [
      planned(bridge, { attribute: 'up', expected: true, actual: false }),
      planned(veth, { attribute: 'master', expected: bridge.name, actual: null }),
      planned(peer, { attribute: 'mtu', expected: 1450, actual: 1500 }),
      planned(hybridSteps.switch),
      planned(port, { attribute: 'ofport', expected: 'a number', actual: -1 }),
    ];
    const drawing = drawPlumbing({ steps }, hybridDevice, { mac });
    expect(drawing).toContain('bridge, not up (should be up)');
    expect(drawing).toContain(
      `  ┆\nqvb29755d96-99 ══ qvo29755d96-99   veth pair, up, mtu 1450, qvb29755d96-99 master none (should be qbr29755d96-99)`,
    );
    expect(drawing).toContain('qvo29755d96-99 mtu 1500 (should be 1450)');
    expect(drawing).toContain('qvo29755d96-99 ofport -1 (should be a number)');
  });
});

it('draws a VLAN bridge', () => {
  const vlan: Step = {
    kind: 'link',
    name: 'vlan7',
    create: { type: 'vlan', link: 'eth0', id: 7 },
    set: { master: 'brq1', up: true },
  };
  const brq: Step = {
    kind: 'link',
    name: 'brq1',
    create: { type: 'bridge' },
    set: { up: true },
    shared: true,
  };
  expect(
    draw({ hostLink: 'tap1', bridge: 'brq1' }, planned(brq), planned(vlan)),
  ).toBe(`guest  fa:16:3e:c0:7c:00
  │
tap1    made by the hypervisor
  │
brq1    bridge, up
  │
vlan7   VLAN, up, vlan 7
  │
eth0    link
`);
});

it('draws a tap that is made at the plug, and leads no further', () => {
  const tap: Step = { kind: 'link', name: 'tap1', create: { type: 'tap' }, set: { up: true } };
  expect(draw({ hostLink: 'tap1' }, planned(tap, missing))).toBe(`guest  fa:16:3e:c0:7c:00
  │
tap1   tap, ✗ missing, up
`);
});

it('draws a bridge of the hypervisor that no step is about', () => {
  expect(draw({ hostLink: 'tap1', bridge: 'br-ex' })).toContain('\nbr-ex   bridge\n');
});

it('draws a tap that the hypervisor puts on Open vSwitch', () => {
  const drawing = draw({ hostLink: 'tap1', bridge: 'br-int' }, planned(hybridSteps.switch));
  expect(drawing).toContain('br-int   Open vSwitch bridge, port tap1\n');
});

it('draws a port whose link the hypervisor makes', () => {
  const own: Step = { ...port, name: 'tap1', tag: 5, wired: false };
  const drawing = draw({ hostLink: 'tap1', bridge: 'br-int' }, planned(own, missing));
  expect(drawing).toContain('tap1     made by the hypervisor, tag 5\n  ┆\nbr-int');
  expect(drawing).toContain('port tap1 ✗ missing');
});

it('draws a virtual function that the guest gets as it is', () => {
  const vf: Step = { kind: 'vf', address: '0000:03:10.1', mac, vlan: 9 };
  expect(draw({}, planned(vf))).toContain(
    '  │\n0000:03:10.1   virtual function, mac fa:16:3e:c0:7c:00, vlan 9\n',
  );
});

it('draws several members of a bridge as branches', () => {
  const member = (name: string): Step => ({ kind: 'link', name, set: { master: 'br0' } });
  expect(
    draw({ hostLink: 'tap1', bridge: 'br0' }, planned(member('eth0')), planned(member('eth1'), missing)),
  ).toBe(
    `guest  fa:16:3e:c0:7c:00
  │
tap1   made by the hypervisor
  │
br0    bridge
  │
  ├─ eth0   link
  ┆
  └─ eth1   link, ✗ missing, not connected
`,
  );
});

it('draws what is not connected to the guest by itself', () => {
  const drawing = draw({}, planned({ kind: 'link', name: 'lonely', create: { type: 'bridge' } }));
  expect(drawing).toBe('guest  fa:16:3e:c0:7c:00\n\nlonely   bridge\n');
});
