import type { Step } from '@vifkit/core/steps';
import type { Difference, PlannedStep } from '@vifkit/engine';

export const missing: Difference = { attribute: 'exists', expected: true, actual: false };

/** A step beside a host that differs from it so. */
export function planned(step: Step, ...differences: readonly Difference[]): PlannedStep {
  return { step, writes: differences.length > 0, differences };
}

/** The steps of a hybrid plug: a bridge for the guest's filters, and a veth pair on to Open vSwitch. */
export const hybridSteps = {
  bridge: {
    kind: 'link',
    name: 'qbr29755d96-99',
    create: { type: 'bridge' },
    set: { up: true },
    initial: { mtu: 1450 },
  },
  veth: {
    kind: 'link',
    name: 'qvb29755d96-99',
    create: { type: 'veth', peer: 'qvo29755d96-99' },
    set: { up: true, mtu: 1450, master: 'qbr29755d96-99' },
  },
  peer: {
    kind: 'link',
    name: 'qvo29755d96-99',
    create: { type: 'veth', peer: 'qvb29755d96-99' },
    set: { up: true, mtu: 1450, promisc: true },
  },
  switch: { kind: 'ovsBridge', name: 'br-int', datapathType: 'system' },
  port: {
    kind: 'ovsPort',
    bridge: 'br-int',
    name: 'qvo29755d96-99',
    externalIds: { 'iface-id': '29755d96-9990-4b1c-9c7e-2f3a5d5a1d11' },
    mtuRequest: 1450,
    wired: true,
  },
} as const satisfies Record<string, Step>;
