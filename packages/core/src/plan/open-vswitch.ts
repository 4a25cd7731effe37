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
  text,
  texts,
  uuid,
  type ValueOf,
  vlanId,
} from './fields.js';

/** Ports without a link of the kernel, such as patch ports, may have longer names. */
const portName = matching<string>(
  (value) =>
    isLinkName(value) || (typeof value === 'string' && /^[A-Za-z0-9_][A-Za-z0-9_.+-]{15,63}$/.test(value)),
  { type: 'string', pattern: '^[A-Za-z0-9_.+][A-Za-z0-9_.+-]{0,63}$' },
);

const datapathType = oneOf('system', 'netdev', 'dummy');

/** A bridge's `datapath_type`: the kernel's (`system`), the one in userspace (`netdev`), or that of Open vSwitch's tests. */
export type OvsDatapathType = ValueOf<typeof datapathType>;

const vlanMode = oneOf('access', 'trunk', 'native-tagged', 'native-untagged', 'dot1q-tunnel');

/** A port's `vlan_mode`, as ovs-vswitchd.conf.db(5) has it. */
export type OvsVlanMode = ValueOf<typeof vlanMode>;

const portInitial = object({
  /** The access VLAN; the native one where `vlanMode` makes the port a trunk. */
  tag: optional(vlanId),
  vlanMode: optional(vlanMode),
  /** The VLANs that a trunk carries. */
  trunks: optional(list(vlanId)),
  /** A QoS row of this type, as in `linux-noop`; the row goes with the port. */
  qosType: optional(text),
});

/** Settings for a new port, until its owner in the network (Neutron's agent, an operator) gives it others. */
export type OvsPortInitial = ValueOf<typeof portInitial>;

export const ovsBridge = defineStepKind({
  kind: 'ovsBridge',
  noun: 'OVS bridge',
  fields: {
    name: linkName,
    /** The datapath of a bridge that this step makes; changing it later would cut off every port there is. */
    datapathType,
    /**
     * The least MTU of the bridge's local port. Networks of different MTU share a bridge: raising it only
     * keeps them from undoing each other's setting at every plug.
     */
    mtu: optional(mtu),
    /** The step does not make the bridge: it has to be there. */
    mustExist: optional(flag),
    /** The bridge is of use to this VIF alone, and is marked as the VIF's if this step makes it. */
    own: optional(flag),
    /** The port that the hypervisor makes on this bridge for the guest, where no step does: it is the VIF's. */
    guestPort: optional(linkName),
  },
  intention: ({ own }) => (own ? 'make' : 'use'),
  describe: ({ mtu }) => numberWords({ mtu }),
});

/** An Open vSwitch bridge that must exist. */
export interface OvsBridgeStep extends StepOf<typeof ovsBridge> {}

export const ovsBridgeAbsent = defineStepKind({
  kind: 'ovsBridgeAbsent',
  noun: 'OVS bridge',
  fields: {
    name: linkName,
    /** The bridge is the VIF's own by its name: it goes even without our mark. */
    own: flag,
  },
  intention: () => 'remove',
  isFoundByMark: true,
  describe: () => ['to be absent once idle'],
});

/**
 * An Open vSwitch bridge that must not exist once it is idle: with no port but its local one and patch ports, which
 * lead nowhere without others. One that has other ports stays, and that is no difference.
 */
export interface OvsBridgeAbsentStep extends StepOf<typeof ovsBridgeAbsent> {}

export const ovsPort = defineStepKind({
  kind: 'ovsPort',
  noun: 'OVS port',
  fields: {
    bridge: linkName,
    name: portName,
    /** The interface's type; a link of the kernel ('') unless given. */
    type: optional(text),
    /** The access VLAN. */
    tag: optional(vlanId),
    /** Given to a port that this step makes; an existing port keeps its own. */
    initial: optional(portInitial),
    /** Keys of the interface's `external_ids`. It may have others: Neutron and OVN note theirs beside them. */
    externalIds: texts,
    /** Keys of the interface's `options`, beside which it may have others. */
    options: optional(texts),
    /** Bytes. */
    mtuRequest: optional(mtu),
    /** The step is done only once ovs-vswitchd has opened the port. `false` for a link that comes later. */
    wired: flag,
    /**
     * The port's link stands for a function of a card, which is the VIF's now: what another VIF has left of a port there
     * is taken over.
     */
    representor: optional(flag),
    /**
     * The hypervisor makes the port when the guest starts, and this step only where it is gone. A port that is there need
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
    /** The port is the VIF's own by its name: it goes even without our mark. */
    own: flag,
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
 * No Open vSwitch port of the VIF may exist, whatever it is called and in whichever way the VIF was plugged: none
 * with our mark for the VIF, and none whose interface has this `iface-id`. Patch ports without the mark stay:
 * Neutron's agent makes some for trunks, and removes them.
 */
export interface OvsVifPortsAbsentStep extends StepOf<typeof ovsVifPortsAbsent> {}
