/** Neutron's and Nova's names of 14 characters, one less than the kernel would take. */
const NAME_LENGTH = 14;

function nameFor(prefix: string, vifId: string): string {
  return `${prefix}${vifId}`.slice(0, NAME_LENGTH);
}

/** The Linux bridge between a guest's tap and Open vSwitch. */
export function hybridBridgeName(vifId: string): string {
  return nameFor('qbr', vifId);
}

/** The veth pair between that bridge (first) and Open vSwitch (second). */
export function vethNames(vifId: string): readonly [bridgeEnd: string, switchEnd: string] {
  return [nameFor('qvb', vifId), nameFor('qvo', vifId)];
}
