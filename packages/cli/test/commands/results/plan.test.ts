import { VifError } from '@vifkit/core';
import type { Step } from '@vifkit/core/steps';
import { describe, expect, it } from 'vitest';
import { renderPlan } from '../../../src/commands/results.js';
import { handled } from '../../support/handled.js';
import { hybridSteps, missing, planned } from '../../support/planned.js';

it('shows each step, what it would write, and what stands in its way', () => {
  const steps = [
    planned(hybridSteps.bridge, missing),
    planned(
      hybridSteps.veth,
      { attribute: 'mtu', expected: 1450, actual: 1500 },
      { attribute: 'up', expected: true, actual: false },
    ),
    planned(hybridSteps.switch),
    {
      ...planned(hybridSteps.port, missing),
      blocked: new VifError('OVS_BRIDGE_NOT_FOUND', 'There is no bridge br-int'),
    },
  ];
  expect(renderPlan({ ...handled, steps })).toBe(`${handled.id}  os-vif, ovs
├─ + link qbr29755d96-99  bridge, up, mtu 1450
├─ ~ link qvb29755d96-99  veth pair, to qvo29755d96-99, in qbr29755d96-99, up, mtu 1450
│    mtu: 1500 → 1450
│    up: no → yes
├─ ✓ OVS bridge br-int
└─ ✗ OVS port qvo29755d96-99  on br-int, mtu 1450
     OVS_BRIDGE_NOT_FOUND: There is no bridge br-int
`);
});

it('says so when there is nothing to do', () => {
  expect(renderPlan({ ...handled, steps: [] })).toBe(`${handled.id}  os-vif, ovs\n└─ nothing to do\n`);
});

describe('a step', () => {
  const absent = { attribute: 'exists', expected: false, actual: true };
  it.each<[string, Step, Parameters<typeof planned>[1]]>([
    [
      '+ link vlan7  VLAN, 7 on eth0, up',
      { kind: 'link', name: 'vlan7', create: { type: 'vlan', link: 'eth0', id: 7 }, set: { up: true } },
      missing,
    ],
    [
      '+ link tap1  tap, MAC fa:16:3e:00:00:01',
      { kind: 'link', name: 'tap1', create: { type: 'tap' }, set: { address: 'fa:16:3e:00:00:01' } },
      missing,
    ],
    [
      '+ link fp1  made by the command, up',
      { kind: 'link', name: 'fp1', create: { type: 'command' }, set: { up: true } },
      missing,
    ],
    ['- link qbr1  to be absent', { kind: 'linkAbsent', name: 'qbr1', type: 'bridge', own: true }, absent],
    [
      '- link vlan7  not used by a',
      { kind: 'linkUserAbsent', name: 'vlan7', user: 'a', type: 'vlan' },
      absent,
    ],
    [
      '+ filter tap1  MAC fa:16:3e:00:00:01, 192.0.2.5',
      { kind: 'guestFilter', name: 'tap1', mac: 'fa:16:3e:00:00:01', addresses: ['192.0.2.5'] },
      missing,
    ],
    ['- filter tap1  to be absent', { kind: 'guestFilterAbsent', name: 'tap1' }, absent],
    ['- OVS port qvo1  to be absent', { kind: 'ovsPortAbsent', name: 'qvo1', own: true }, absent],
    [
      '+ OVS port vhu1  on br-int, type dpdkvhostuser, tag 5',
      {
        kind: 'ovsPort',
        bridge: 'br-int',
        name: 'vhu1',
        type: 'dpdkvhostuser',
        tag: 5,
        externalIds: {},
        wired: true,
      },
      missing,
    ],
    [
      '+ OVS port tap1  on br-int, tag 4095, VLAN mode trunk, trunks 4095, QoS linux-noop, mtu 1400',
      {
        kind: 'ovsPort',
        bridge: 'br-int',
        name: 'tap1',
        initial: { tag: 4095, vlanMode: 'trunk', trunks: [4095], qosType: 'linux-noop' },
        externalIds: {},
        mtuRequest: 1400,
        wired: true,
      },
      missing,
    ],
    [
      '- OVS bridge tbr-1  to be absent once idle',
      { kind: 'ovsBridgeAbsent', name: 'tbr-1', own: true },
      absent,
    ],
    [
      '▸ command mm-ctl  --bind-port 1 tap1',
      { kind: 'command', argv: ['mm-ctl', '--bind-port', '1', 'tap1'] },
      { attribute: 'run', expected: 'mm-ctl', actual: null },
    ],
  ])('reads %s', (line, step, difference) => {
    const steps = difference ? [planned(step, difference)] : [];
    expect(renderPlan({ ...handled, steps })).toBe(`${handled.id}  os-vif, ovs\n└─ ${line}\n`);
  });

  it('names the ports of a VIF that are to go', () => {
    const ports = planned(
      { kind: 'ovsVifPortsAbsent', interfaceId: 'ac3e2f74-815d-4daf-9f2e-41709cb36e03' },
      { attribute: 'ports', expected: [], actual: ['qvo1'] },
    );
    const text = renderPlan({ ...handled, steps: [ports] });
    expect(text).toContain('~ OVS ports of ac3e2f74-815d-4daf-9f2e-41709cb36e03  to be absent');
    expect(text).toContain('ports: ["qvo1"] → []');
  });

  it('reads ~ when it is the use of a link', () => {
    const use = planned(
      { kind: 'linkUser', name: 'vlan7', user: 'a' },
      { attribute: 'user', expected: 'a', actual: null },
    );
    expect(renderPlan({ ...handled, steps: [use] })).toBe(
      `${handled.id}  os-vif, ovs\n└─ ~ link vlan7  used by a\n     user: none → a\n`,
    );
  });

  it('reads ~ when it is a VF or a custom step', () => {
    const custom: Step = {
      kind: 'custom',
      name: 'register',
      isDone: async () => false,
      apply: async () => {},
      undo: async () => {},
    };
    const vf: Step = { kind: 'vf', address: '0000:03:10.1', mac: 'fa:16:3e:00:00:01', vlan: 9, trust: true };
    const steps = [
      planned(vf, { attribute: 'vlan', expected: 9, actual: null }),
      planned(custom, { attribute: 'done', expected: true, actual: false }),
    ];
    expect(renderPlan({ ...handled, steps })).toBe(`${handled.id}  os-vif, ovs
├─ ~ VF 0000:03:10.1  MAC fa:16:3e:00:00:01, VLAN 9, trusted
│    vlan: none → 9
└─ ~ custom step register
     done: no → yes
`);
  });
});

it('does not claim initial attributes of a link that exists', () => {
  expect(renderPlan({ ...handled, steps: [planned(hybridSteps.bridge)] })).toContain(
    '✓ link qbr29755d96-99  bridge, up\n',
  );
});

it('waits for the guest’s link instead of calling it right', () => {
  const step: Step = { kind: 'link', name: 'tap1', set: { master: 'qbr1', up: true }, ifPresent: true };
  const steps = [{ step, writes: false, differences: [], isAwaited: true }];
  expect(renderPlan({ ...handled, steps })).toContain('… link tap1  in qbr1, up, once it is there\n');
});

it('escapes control characters of all that comes from outside', () => {
  const evil = 'x\u001b[31m';
  const steps = [
    planned({ kind: 'command', argv: [evil, evil] }),
    planned(hybridSteps.bridge, { attribute: evil, expected: { [evil]: evil }, actual: evil }),
  ];
  expect(renderPlan({ ...handled, id: evil, plugin: evil, steps })).not.toContain('\u001b');
});
