import type { OvsPortSettingsStep } from '@vifkit/core/steps';

/** The settings of a port, each of them said: null is none. Rates are in kilobits a second, bursts in kilobits. */
export interface Settled {
  readonly vlan: number | null;
  readonly vlanMode: string | null;
  readonly trunks: readonly number[] | null;
  readonly isolated: true | null;
  readonly ingress: { readonly rate: number; readonly burst: number } | null;
  readonly egress: { readonly rate: number; readonly burst: number } | null;
}

/** The settings that a step asks for. */
export function settledBy({ vlan, trunks, isolated, ingress, egress }: OvsPortSettingsStep): Settled {
  return {
    vlan: vlan ?? null,
    vlanMode: vlanModeOf(vlan, trunks),
    trunks: trunks ? [...new Set(trunks)].sort((a, b) => a - b) : null,
    isolated: isolated ? true : null,
    ingress: ingress ? { rate: ingress.rate, burst: ingress.burst ?? burstOf(ingress.rate) } : null,
    egress: egress ? { rate: egress.rate, burst: egress.burst ?? burstOf(egress.rate) } : null,
  };
}

/**
 * Without a mode Open vSwitch takes a port with a tag for an access port, whatever trunks it has. One that has trunks and no
 * native VLAN carries nothing without a tag; VLAN 0, which is that, is carried only where it is among the trunks.
 */
function vlanModeOf(vlan: number | undefined, trunks: readonly number[] | undefined): string | null {
  if (trunks) return vlan === undefined ? 'trunk' : 'native-untagged';
  return vlan === undefined ? null : 'access';
}

/** A tenth of a second's: TCP gets less than its rate where less may pass at once. */
function burstOf(rate: number): number {
  return Math.max(1, Math.ceil(rate / 10));
}
