import { defineStepKind, type StepOf } from './define-step-kind.js';
import { flag, integer, linkName, list, object, optional, vlanId } from './fields.js';

const rateLimit = object({
  /** In kilobits (1 000 bits) per second. */
  rate: integer(1, 1_000_000_000),
  /** The permitted burst, in kilobits; a tenth of the rate unless given. */
  burst: optional(integer(1, 1_000_000_000)),
});

const vlans = {
  /** The access VLAN, or the native VLAN of a port that has trunks. */
  vlan: optional(vlanId),
  /** The VLANs that reach the guest tagged. */
  trunks: optional(list(vlanId)),
  /** Isolated ports of a bridge cannot reach each other. */
  isolated: optional(flag),
};

export const ovsPortSettings = defineStepKind({
  kind: 'ovsPortSettings',
  noun: 'settings of port',
  fields: {
    name: linkName,
    ...vlans,
    /** The limit for traffic from the guest; the excess is dropped (Open vSwitch's ingress policing). */
    ingress: optional(rateLimit),
    /** The limit for traffic to the guest; the excess is queued, or dropped if the queue is full. */
    egress: optional(rateLimit),
  },
  intention: () => 'use',
  goesWith: ({ name }) => name,
  settlesPort: () => true,
  describe: ({ ingress, egress, ...step }) => [
    ...words(step),
    ...(ingress ? [`${ingress.rate} kbit/s from the guest`] : []),
    ...(egress ? [`${egress.rate} kbit/s to the guest`] : []),
  ],
});

/**
 * The complete settings of an Open vSwitch port. A setting that is left out is removed from the port, such as a tag
 * that it had.
 */
export interface OvsPortSettingsStep extends StepOf<typeof ovsPortSettings> {}

export const bridgePort = defineStepKind({
  kind: 'bridgePort',
  noun: 'member',
  fields: {
    /** The link. */
    name: linkName,
    /** Its bridge. VLAN filtering is enabled on it. */
    bridge: linkName,
    ...vlans,
    /** The member that connects the bridge to the network. It carries all of these VLANs tagged. */
    uplink: optional(linkName),
  },
  intention: () => 'use',
  // Whether the bridge filters depends on all of its members.
  locks: ({ bridge }) => [`link:${bridge}`],
  goesWith: ({ name }) => name,
  settlesPort: () => true,
  describe: ({ bridge, ...step }) => [`in ${bridge}`, ...words(step)],
});

/**
 * The complete settings of a member of a Linux bridge. As in {@link OvsPortSettingsStep}, what is left out is removed.
 */
export interface BridgePortStep extends StepOf<typeof bridgePort> {}

function words({
  vlan,
  trunks,
  isolated,
}: Pick<OvsPortSettingsStep, 'vlan' | 'trunks' | 'isolated'>): string[] {
  return [
    ...(vlan === undefined ? [] : [`VLAN ${vlan}`]),
    ...(trunks ? [`trunk of ${trunks.join(', ')}`] : []),
    ...(isolated ? ['isolated'] : []),
  ];
}
