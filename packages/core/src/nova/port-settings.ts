import { quote } from '../errors/quote.js';
import { VifError } from '../errors/vif-error.js';
import { isVlanId } from '../fields/values.js';
import type { NetworkVif } from './network-model.js';

/** A rate limit in kilobits (1 000 bits) per second, and the permitted burst in kilobits. */
interface RateLimit {
  readonly rate: number;
  readonly burst?: number;
}

/** The settings of the port that a request specifies itself, in `vif.details`, where no network service does. */
export interface PortSettings {
  /** `vlan`: the access VLAN, or the native VLAN if there are trunks. */
  readonly vlan?: number;
  /** `trunk_vlans`: the VLANs that reach the guest tagged. */
  readonly trunks?: readonly number[];
  /** `isolated`: the port cannot reach other isolated ports. */
  readonly isolated?: boolean;
  /** `qos.ingress_kbps`, `qos.ingress_burst_kb`: traffic from the guest. */
  readonly ingress?: RateLimit;
  /** `qos.egress_kbps`, `qos.egress_burst_kb`: traffic to the guest. */
  readonly egress?: RateLimit;
}

const qosKeys = ['ingress_kbps', 'ingress_burst_kb', 'egress_kbps', 'egress_burst_kb'];

/**
 * The settings that a VIF asks for; undefined if it specifies none, and Neutron or an operator sets up its port. `vlan:
 * 0` means no VLAN: it is a setting, and removes what an earlier plug set.
 * @throws VifError INVALID_VIF if a setting is malformed
 */
export function portSettings({ id, details }: NetworkVif): PortSettings | undefined {
  const { vlan, trunk_vlans: trunks, isolated, qos } = details;
  const given = [vlan, trunks, isolated, qos].filter((each) => each !== undefined && each !== null);
  if (given.length === 0) return undefined;
  const refuse = (key: string, what: string, value: unknown): never => {
    throw new VifError('INVALID_VIF', `vif.details.${key} must be ${what}, not ${quote(value)}`, {
      vifId: id,
    });
  };
  if (
    trunks &&
    !(Array.isArray(trunks) && trunks.every((each) => isVlanId(each) && each > 0 && each < 4095))
  ) {
    refuse('trunk_vlans', 'a list of VLANs, from 1 to 4094', trunks);
  }
  if (isolated && typeof isolated !== 'boolean') refuse('isolated', 'true or false', isolated);
  const limits = qosOf(qos ?? {}, refuse);
  return {
    ...(vlan !== undefined && vlan > 0 && { vlan }),
    ...(Array.isArray(trunks) && trunks.length > 0 && { trunks: [...new Set(trunks)].sort((a, b) => a - b) }),
    ...(isolated === true && { isolated }),
    ...limits,
  };
}

function qosOf(
  qos: unknown,
  refuse: (key: string, what: string, value: unknown) => never,
): Pick<PortSettings, 'ingress' | 'egress'> {
  if (typeof qos !== 'object' || qos === null) return refuse('qos', 'an object', qos);
  const numbers: Record<string, number | undefined> = {};
  for (const [key, value] of Object.entries(qos)) {
    if (!qosKeys.includes(key)) refuse(`qos.${key}`, `one of ${qosKeys.join(', ')}`, value);
    if (!(Number.isSafeInteger(value) && value >= 0)) refuse(`qos.${key}`, 'a whole number', value);
    numbers[key] = value;
  }
  const limit = (rate: number | undefined, burst: number | undefined): RateLimit | undefined =>
    rate ? { rate, ...(burst && { burst }) } : undefined;
  const ingress = limit(numbers.ingress_kbps, numbers.ingress_burst_kb);
  const egress = limit(numbers.egress_kbps, numbers.egress_burst_kb);
  return { ...(ingress && { ingress }), ...(egress && { egress }) };
}
