import type { OvsPortSettingsStep } from '@vifkit/core/steps';

/** The complete settings of a port; null means none. Rates are in kilobits per second, bursts in kilobits. */
export interface CompleteSettings {
  readonly vlan: number | null;
  readonly vlanMode: string | null;
  readonly trunks: readonly number[] | null;
  readonly isolated: true | null;
  readonly ingress: { readonly rate: number; readonly burst: number } | null;
  readonly egress: { readonly rate: number; readonly burst: number } | null;
}

/** The settings that a step requires. */
export function settingsOf({
  vlan,
  trunks,
  isolated,
  ingress,
  egress,
}: OvsPortSettingsStep): CompleteSettings {
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
 * Without a mode, Open vSwitch treats a port with a tag as an access port, whatever its trunks. A port with trunks and
 * no native VLAN carries no untagged packets: these are VLAN 0, which is carried only if it is among the trunks.
 */
function vlanModeOf(vlan: number | undefined, trunks: readonly number[] | undefined): string | null {
  if (trunks) return vlan === undefined ? 'trunk' : 'native-untagged';
  return vlan === undefined ? null : 'access';
}

/** A tenth of a second at that rate: with a smaller burst, TCP does not reach the rate. */
function burstOf(rate: number): number {
  return Math.max(1, Math.ceil(rate / 10));
}
