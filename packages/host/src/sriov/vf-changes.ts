import type { Difference } from '@vifkit/core/step-kinds';
import type { VfSettings, VfState } from './vf-table.js';

type Attribute = keyof VfState;

const attributes = ['mac', 'vlan', 'qos', 'protocol', 'trust', 'deviceMac'] as const satisfies Attribute[];

/** What is written to a function, and what undoes it. Both are empty if the function is as wanted. */
export interface VfDiff {
  readonly set: VfSettings;
  readonly back: VfSettings;
}

/** What must be written for a function to have the wanted settings. A VLAN includes its priority and protocol. */
export function diffVf(wanted: VfSettings, actual: VfState): VfDiff {
  const differing = new Set(attributes.filter((each) => differs(each, wanted, actual)));
  const has = (...names: readonly Attribute[]) => names.some((each) => differing.has(each));
  const part = ({ mac, trust, deviceMac, ...vlan }: VfSettings): VfSettings => ({
    ...(has('mac') && mac !== undefined && { mac }),
    ...(has('vlan', 'qos', 'protocol') && vlan),
    ...(has('trust') && trust !== undefined && { trust }),
    ...(has('deviceMac') && deviceMac !== undefined && { deviceMac }),
  });
  return { set: part(wanted), back: part(actual) };
}

export function isEmpty(settings: VfSettings): boolean {
  return Object.keys(settings).length === 0;
}

/** Whether a function has these settings. */
export function hasSettings(actual: VfState, settings: VfSettings): boolean {
  return !attributes.some((each) => differs(each, settings, actual));
}

/** How a function differs from settings, in the form shown to users. */
export function differencesFrom(settings: VfSettings, actual: VfState): Difference[] {
  const [expected, found] = [comparable(settings), comparable(actual)];
  return attributes
    .filter((each) => differs(each, settings, actual))
    .map((attribute) => ({ attribute, expected: expected[attribute], actual: found[attribute] }));
}

function differs(attribute: Attribute, wanted: VfSettings, actual: VfState): boolean {
  const [expected, found] = [comparable(wanted)[attribute], comparable(actual)[attribute]];
  return expected !== undefined && expected !== (found ?? false);
}

/** The kernel leaves out a priority of 0 and 802.1Q, and steps may do so too. */
function comparable({ mac, vlan, qos = 0, protocol = '802.1Q', trust, deviceMac }: VfSettings): VfSettings {
  return {
    ...(mac !== undefined && { mac: mac.toLowerCase() }),
    ...(vlan !== undefined && { vlan, qos, protocol }),
    ...(trust !== undefined && { trust }),
    ...(deviceMac !== undefined && { deviceMac }),
  };
}
