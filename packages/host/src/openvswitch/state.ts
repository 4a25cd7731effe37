import type { OvsDatapathType, OvsVlanMode } from '@vifkit/core/steps';

/** The requested bridges and ports of an Open vSwitch. Missing ones are left out. */
export interface OvsState {
  readonly bridges: ReadonlyMap<string, OvsBridge>;
  /** OVN manages this host, and makes its bridges. */
  readonly isOvnManaged: boolean;
  readonly ports: ReadonlyMap<string, OvsPort>;
  /** The names of requested ports that do not exist, but are those of members of bonds. */
  readonly members: ReadonlySet<string>;
  /** The names of the ports of the requested owners, by VIF. These are among `ports`. */
  readonly owned: ReadonlyMap<string, readonly string[]>;
  /** The names of the bridges with our mark for these owners, by VIF. These are among `bridges`. */
  readonly ownedBridges: ReadonlyMap<string, readonly string[]>;
  /** The VIFs, by their marks, whose QoS rows are left of requested ports that do not exist, by port. */
  readonly leftQos: ReadonlyMap<string, string>;
  /** The ports that keep the bridges in `idle`, and the bridges of owners, by bridge. */
  readonly users: ReadonlyMap<string, readonly string[]>;
}

/** A query to an Open vSwitch. */
export interface OvsQuery {
  readonly bridges: readonly string[];
  readonly ports: readonly string[];
  /** VIFs whose ports are searched for, whatever their names. */
  readonly owners?: readonly Owner[];
  /** Ports of which QoS rows may be left although they do not exist. */
  readonly leftQosOf?: readonly string[];
  /** Bridges whose users are queried. */
  readonly idle?: readonly string[];
}

/**
 * A VIF as identified by ports: by our mark, or by the `iface-id` of their interfaces. A port with our mark for another
 * VIF does not belong to it.
 */
export interface Owner {
  readonly vifId: string;
  readonly interfaceIds: readonly string[];
}

export interface OvsBridge {
  /** '' means `system`, as in the database. */
  readonly datapathType: OvsDatapathType | '';
  /** The MTU requested for its local port, if any. */
  readonly mtuRequest: number | undefined;
  readonly externalIds: Readonly<Record<string, string>>;
}

export interface OvsPort {
  /** The bridge that it is on. */
  readonly bridge: string;
  /** The access VLAN. */
  readonly tag: number | undefined;
  readonly vlanMode?: OvsVlanMode | undefined;
  /** The VLANs that it carries as a trunk; empty for all. */
  readonly trunks?: readonly number[];
  /** The `external_ids` of the port, not of its interface. */
  readonly externalIds: Readonly<Record<string, string>>;
  /** The interface of the same name; undefined for a bond. */
  readonly interface: OvsInterface | undefined;
}

export interface OvsInterface {
  /** '' for a kernel link. */
  readonly type: string;
  readonly externalIds: Readonly<Record<string, string>>;
  readonly options: Readonly<Record<string, string>>;
  readonly mtuRequest: number | undefined;
  /** The OpenFlow port number that ovs-vswitchd assigned; -1 if it could not open it. */
  readonly ofport: number | undefined;
  /** Why ovs-vswitchd could not open it. */
  readonly error: string | undefined;
}

/** Whether ovs-vswitchd operates the interface. */
export function isWired({ ofport, error }: OvsInterface): boolean {
  return ofport !== undefined && ofport > 0 && error === undefined;
}
