export type OvsDatapathType = 'system' | 'netdev' | 'dummy';

/** An Open vSwitch bridge that must exist. */
export interface OvsBridgeStep {
  readonly kind: 'ovsBridge';
  readonly name: string;
  /** The datapath of a bridge that this step makes; changing it later would cut off every port there is. */
  readonly datapathType: OvsDatapathType;
  /**
   * The least MTU of the bridge's local port. Networks of different MTU share a bridge: raising it only
   * keeps them from undoing each other's setting at every plug.
   */
  readonly mtu?: number;
  /** The step does not make the bridge: it has to be there. */
  readonly mustExist?: boolean;
  /** The bridge is of use to this VIF alone, and is marked as the VIF's if this step makes it. */
  readonly own?: boolean;
  /** The port that the hypervisor makes on this bridge for the guest, where no step does: it is the VIF's. */
  readonly guestPort?: string;
}

/**
 * An Open vSwitch bridge that must not exist once it is idle: with no port but its local one and patch ports, which
 * lead nowhere without others. One that has other ports stays, and that is no difference.
 */
export interface OvsBridgeAbsentStep {
  readonly kind: 'ovsBridgeAbsent';
  readonly name: string;
  /** The bridge is the VIF's own by its name: it goes even without our mark. */
  readonly own: boolean;
}

/** Settings for a new port, until its owner in the network (Neutron's agent, an operator) gives it others. */
export interface OvsPortInitial {
  /** The access VLAN; the native one where `vlanMode` makes the port a trunk. */
  readonly tag?: number;
  readonly vlanMode?: OvsVlanMode;
  /** The VLANs that a trunk carries. */
  readonly trunks?: readonly number[];
  /** A QoS row of this type, as in `linux-noop`; the row goes with the port. */
  readonly qosType?: string;
}

export type OvsVlanMode = 'access' | 'trunk' | 'native-tagged' | 'native-untagged' | 'dot1q-tunnel';

/** An Open vSwitch port that must exist on this bridge, with one interface of the same name. */
export interface OvsPortStep {
  readonly kind: 'ovsPort';
  readonly bridge: string;
  readonly name: string;
  /** The interface's type; a link of the kernel ('') unless given. */
  readonly type?: string;
  /** The access VLAN. */
  readonly tag?: number;
  /** Given to a port that this step makes; an existing port keeps its own. */
  readonly initial?: OvsPortInitial;
  /** Keys of the interface's `external_ids`. It may have others: Neutron and OVN note theirs beside them. */
  readonly externalIds: Readonly<Record<string, string>>;
  /** Keys of the interface's `options`, beside which it may have others. */
  readonly options?: Readonly<Record<string, string>>;
  readonly mtuRequest?: number;
  /** The step is done only once ovs-vswitchd has opened the port. `false` for a link that comes later. */
  readonly wired: boolean;
  /**
   * The port's link stands for a function of a card, which is the VIF's now: what another VIF has left of a port there
   * is taken over.
   */
  readonly representor?: boolean;
  /**
   * The hypervisor makes the port when the guest starts, and this step only where it is gone. A port that is there need
   * not have our mark.
   */
  readonly byHypervisor?: boolean;
}

/** An Open vSwitch port that must not exist. */
export interface OvsPortAbsentStep {
  readonly kind: 'ovsPortAbsent';
  readonly name: string;
  /** The port is the VIF's own by its name: it goes even without our mark. */
  readonly own: boolean;
}

/**
 * No Open vSwitch port of the VIF may exist, whatever it is called and in whichever way the VIF was plugged: none
 * with our mark for the VIF, and none whose interface has this `iface-id`. Patch ports without the mark stay:
 * Neutron's agent makes some for trunks, and removes them.
 */
export interface OvsVifPortsAbsentStep {
  readonly kind: 'ovsVifPortsAbsent';
  /** Neutron's id of the port. */
  readonly interfaceId: string;
}
