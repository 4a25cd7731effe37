import { isLinkName } from '../fields/values.js';
import { defineStepKind, numberWords, type StepOf } from './define-step-kind.js';
import {
  flag,
  linkName,
  list,
  matching,
  mtu,
  object,
  oneOf,
  optional,
  pciAddress,
  text,
  texts,
  uuid,
  type ValueOf,
  vlanId,
} from './fields.js';
import { linkType } from './links.js';

/** Ports without a kernel link, such as patch ports, may have longer names. */
const portName = matching<string>(
  (value) =>
    isLinkName(value) || (typeof value === 'string' && /^[A-Za-z0-9_][A-Za-z0-9_.+-]{15,63}$/.test(value)),
  { type: 'string', pattern: '^[A-Za-z0-9_.+][A-Za-z0-9_.+-]{0,63}$' },
);

const datapathType = oneOf('system', 'netdev', 'dummy');

/**
 * A bridge's `datapath_type`: in the kernel (`system`), in userspace (`netdev`), or the one for Open vSwitch's tests
 * (`dummy`).
 */
export type OvsDatapathType = ValueOf<typeof datapathType>;

const vlanMode = oneOf('access', 'trunk', 'native-tagged', 'native-untagged', 'dot1q-tunnel');

/** A port's `vlan_mode`, see ovs-vswitchd.conf.db(5). */
export type OvsVlanMode = ValueOf<typeof vlanMode>;

const portInitial = object({
  /** The access VLAN, or the native VLAN if `vlanMode` makes the port a trunk. */
  tag: optional(vlanId),
  vlanMode: optional(vlanMode),
  /** The VLANs that a trunk carries. */
  trunks: optional(list(vlanId)),
  /** The type of the port's QoS row, as in `linux-noop`. The row is removed with the port. */
  qosType: optional(text),
});

/** Settings for a new port, until Neutron's agent or an operator changes them. */
export type OvsPortInitial = ValueOf<typeof portInitial>;

/** A trunk's bridge is removed with its last port, and must not go while another VIF is plugged into it. */
const bridgeLock = (name: string) => `bridge:${name}`;

export const ovsBridge = defineStepKind({
  kind: 'ovsBridge',
  noun: 'OVS bridge',
  fields: {
    name: linkName,
    /**
     * The datapath of a bridge that this step makes. An existing bridge keeps its own: changing it would cut off all
     * its ports.
     */
    datapathType,
    /**
     * The minimum MTU of the bridge's local port. It is only ever raised, so that networks with different MTUs that
     * share the bridge do not undo each other's setting at every plug.
     */
    mtu: optional(mtu),
    /** The step does not make the bridge; it must exist. */
    mustExist: optional(flag),
    /** The bridge is for this VIF alone, and is marked as the VIF's if this step makes it. */
    own: optional(flag),
    /** No other VIF may use the bridge: one with another VIF's mark is not used. A trunk's bridge may have several. */
    exclusive: optional(flag),
    /** The port that the hypervisor makes on this bridge for the guest, if no step does. It belongs to the VIF. */
    guestPort: optional(linkName),
  },
  intention: ({ own }) => (own ? 'make' : 'use'),
  ownName: ({ name, exclusive }) => (exclusive ? name : undefined),
  locks: ({ name, own, exclusive }) => (own && !exclusive ? [bridgeLock(name)] : []),
  describe: ({ mtu }) => numberWords({ mtu }),
});

/** An Open vSwitch bridge that must exist. */
export interface OvsBridgeStep extends StepOf<typeof ovsBridge> {}

export const ovsBridgeAbsent = defineStepKind({
  kind: 'ovsBridgeAbsent',
  noun: 'OVS bridge',
  fields: {
    name: linkName,
    /** The name shows that the bridge belongs to the VIF: it is removed even without our mark. */
    own: flag,
    /** Only this VIF uses such a bridge: one with another VIF's mark is left alone. */
    exclusive: optional(flag),
  },
  intention: () => 'remove',
  isFoundByMark: true,
  locks: ({ name, exclusive }) => (exclusive ? [] : [bridgeLock(name)]),
  describe: () => ['to be absent once idle'],
});

/**
 * An Open vSwitch bridge that must not exist once it is idle, that is, once it has only its local port and patch ports,
 * which lead nowhere without other ports. A bridge with other ports stays, and that is not a difference.
 */
export interface OvsBridgeAbsentStep extends StepOf<typeof ovsBridgeAbsent> {}

export const ovsPort = defineStepKind({
  kind: 'ovsPort',
  noun: 'OVS port',
  fields: {
    bridge: linkName,
    name: portName,
    /** The interface's type; a kernel link ('') unless given. */
    type: optional(text),
    /** The access VLAN. */
    tag: optional(vlanId),
    /** Settings of a port that this step makes; an existing port keeps its own. */
    initial: optional(portInitial),
    /** Keys of the interface's `external_ids`. It may have others, such as those of Neutron and OVN. */
    externalIds: texts,
    /** Keys of the interface's `options`. It may have others. */
    options: optional(texts),
    /** Bytes. */
    mtuRequest: optional(mtu),
    /** The step is complete only when ovs-vswitchd has opened the port. `false` for a link that is made later. */
    wired: flag,
    /**
     * The port's link represents a function of a card, which now belongs to the VIF. A port that another VIF left
     * behind there is taken over.
     */
    representor: optional(flag),
    /**
     * The PCI address of the function that the representor stands for. While a program has it open, another VIF's port
     * is not taken over.
     */
    functionAddress: optional(pciAddress),
    /**
     * The hypervisor makes the port when the guest starts; this step makes it only if it is gone. An existing port need
     * not have our mark.
     */
    byHypervisor: optional(flag),
  },
  intention: ({ byHypervisor }) => (byHypervisor ? 'use' : 'make'),
  ownName: ({ name }) => name,
  describe({ bridge, type, tag, initial, mtuRequest }, makes) {
    const { tag: initialTag, vlanMode, trunks, qosType } = (makes && initial) || {};
    return [
      `on ${bridge}`,
      ...(type ? [`type ${type}`] : []),
      ...numberWords({ tag: tag ?? initialTag }),
      ...(vlanMode ? [`VLAN mode ${vlanMode}`] : []),
      ...(trunks ? [`trunks ${trunks.join(' ')}`] : []),
      ...(qosType ? [`QoS ${qosType}`] : []),
      ...numberWords({ mtu: mtuRequest }),
    ];
  },
});

/** An Open vSwitch port that must exist on this bridge, with one interface of the same name. */
export interface OvsPortStep extends StepOf<typeof ovsPort> {}

export const ovsPortAbsent = defineStepKind({
  kind: 'ovsPortAbsent',
  noun: 'OVS port',
  fields: {
    name: portName,
    /**
     * The name shows that the port belongs to the VIF: it is removed even without our mark or the VIF's `iface-id`.
     * The name alone does not make a bond or the local port of a bridge the VIF's.
     */
    own: flag,
    /** The interface type of a port that belongs to the VIF by its name, '' for a kernel link; any unless given. */
    type: optional(text),
    /** The types of its kernel link, if that exists; any unless given. */
    linkTypes: optional(list(linkType, { least: 1 })),
  },
  intention: () => 'remove',
  isFoundByMark: true,
  ownName: ({ name }) => name,
  describe: () => ['to be absent'],
});

/** An Open vSwitch port that must not exist. */
export interface OvsPortAbsentStep extends StepOf<typeof ovsPortAbsent> {}

export const ovsVifPortsAbsent = defineStepKind({
  kind: 'ovsVifPortsAbsent',
  noun: 'OVS ports of',
  fields: {
    /** Neutron's id of the port. */
    interfaceId: uuid,
  },
  target: ({ interfaceId }) => interfaceId,
  intention: () => 'remove',
  findsAllOfVif: true,
  isFoundByMark: true,
  describe: () => ['to be absent'],
});

/**
 * No Open vSwitch port of the VIF may exist, whatever its name and however the VIF was plugged: none with our mark for
 * the VIF, and none whose interface has this `iface-id`. Patch ports without the mark stay: Neutron's agent makes some
 * for trunks, and removes them itself.
 */
export interface OvsVifPortsAbsentStep extends StepOf<typeof ovsVifPortsAbsent> {}
