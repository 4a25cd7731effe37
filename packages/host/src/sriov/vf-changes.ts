import type { Difference } from '@vifkit/engine';
import type { VfSettings, VfState } from './vf-table.js';

/** In what a function's settings are not the wanted ones. */
export function compareVf(wanted: VfSettings, actual: VfState): Difference[] {
  const [expected, found] = [comparable(wanted), comparable(actual)];
  return (['mac', 'vlan', 'qos', 'protocol', 'trust', 'deviceMac'] as const)
    .map((attribute) => ({ attribute, expected: expected[attribute], actual: found[attribute] }))
    .filter((each) => each.expected !== undefined && each.expected !== (each.actual ?? false));
}

/** What is to be set of these settings for the differences to go. */
export function settingsFor(differences: readonly Difference[], settings: VfSettings): VfSettings {
  const { mac, trust, deviceMac, ...vlan } = settings;
  const differs = (...names: readonly string[]) =>
    differences.some(({ attribute }) => names.includes(attribute));
  return {
    ...(differs('mac') && mac !== undefined && { mac }),
    ...(differs('vlan', 'qos', 'protocol') && vlan),
    ...(differs('trust') && trust !== undefined && { trust }),
    ...(differs('deviceMac') && deviceMac !== undefined && { deviceMac }),
  };
}

/** The kernel leaves out a priority of 0 and 802.1Q, and so may steps. */
function comparable({ mac, vlan, qos = 0, protocol = '802.1Q', trust, deviceMac }: VfSettings) {
  return { mac: mac?.toLowerCase(), vlan, ...(vlan !== undefined && { qos, protocol }), trust, deviceMac };
}
