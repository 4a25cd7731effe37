import { defineStepKind, type StepOf } from './define-step-kind.js';
import { flag, integer, linkName, list, object, optional, vlanId } from './fields.js';

const rateLimit = object({
  /** In kilobits (1 000 bits) a second. */
  rate: integer(1, 1_000_000_000),
  /** What may pass at once before that, in kilobits; a tenth of the rate unless given. */
  burst: optional(integer(1, 1_000_000_000)),
});

const vlans = {
  /** The access VLAN; the native one of a port that has trunks. */
  vlan: optional(vlanId),
  /** The VLANs that come to the guest with their tags. */
  trunks: optional(list(vlanId)),
  /** Ports that are isolated do not reach each other on their bridge. */
  isolated: optional(flag),
};

export const ovsPortSettings = defineStepKind({
  kind: 'ovsPortSettings',
  noun: 'settings of port',
  fields: {
    name: linkName,
    ...vlans,
    /** What comes from the guest: more is dropped (ingress policing, as Open vSwitch calls it). */
    ingress: optional(rateLimit),
    /** What goes to the guest: more waits in a queue, or is dropped if that is full. */
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
 * How a port of Open vSwitch takes part in its network. All of it holds: what is left out is taken away, such as a tag
 * that the port had.
 */
export interface OvsPortSettingsStep extends StepOf<typeof ovsPortSettings> {}

export const bridgePort = defineStepKind({
  kind: 'bridgePort',
  noun: 'member',
  fields: {
    /** The link. */
    name: linkName,
    /** Its bridge, which filters VLANs from then on. */
    bridge: linkName,
    ...vlans,
    /** The member by which the bridge reaches the network: it carries all of these VLANs with their tags. */
    uplink: optional(linkName),
  },
  intention: () => 'use',
  goesWith: ({ name }) => name,
  settlesPort: () => true,
  describe: ({ bridge, ...step }) => [`in ${bridge}`, ...words(step)],
});

/** How a member of a Linux bridge takes part in its network. All of it holds, as of {@link OvsPortSettingsStep}. */
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
