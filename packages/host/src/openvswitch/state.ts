import type { OvsDatapathType, OvsVlanMode } from '@vifkit/core/steps';

/** What an Open vSwitch has of the bridges and ports that were asked for. Missing ones are left out. */
export interface OvsState {
  readonly bridges: ReadonlyMap<string, OvsBridge>;
  /** OVN runs this host, and makes its bridges. */
  readonly isOvns: boolean;
  readonly ports: ReadonlyMap<string, OvsPort>;
  /** Of the owners that were asked for: the names of their ports, which are among `ports`. By VIF. */
  readonly owned: ReadonlyMap<string, readonly string[]>;
  /** Of those: the names of the bridges with our mark for them, which are among `bridges`. */
  readonly ownedBridges: ReadonlyMap<string, readonly string[]>;
  /** Of the bridges whose idleness was asked for, and those of owners: the ports that keep them, by bridge. */
  readonly users: ReadonlyMap<string, readonly string[]>;
}

/** What is asked of an Open vSwitch. */
export interface OvsQuery {
  readonly bridges: readonly string[];
  readonly ports: readonly string[];
  /** VIFs whose ports are looked for, whatever they are called. */
  readonly owners?: readonly OvsOwner[];
  /** Bridges of which it is asked who uses them. */
  readonly idle?: readonly string[];
}

/**
 * A VIF as ports tell of it: by our mark, or by the `iface-id` of their interfaces. What has our mark for another VIF is
 * not its.
 */
export interface OvsOwner {
  readonly vifId: string;
  readonly interfaceId: string;
}

export interface OvsBridge {
  /** '' means `system`, as in the database. */
  readonly datapathType: OvsDatapathType | '';
  /** The MTU asked for its local port, if any. */
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
  /** Of the port, not of its interface. */
  readonly externalIds: Readonly<Record<string, string>>;
  /** The interface of the same name; none for a bond. */
  readonly interface: OvsInterface | undefined;
}

export interface OvsInterface {
  /** '' is a link of the kernel. */
  readonly type: string;
  readonly externalIds: Readonly<Record<string, string>>;
  readonly options: Readonly<Record<string, string>>;
  readonly mtuRequest: number | undefined;
  /** The OpenFlow port number that ovs-vswitchd gave it; -1 when it could not open it. */
  readonly ofport: number | undefined;
  /** Why ovs-vswitchd could not open it. */
  readonly error: string | undefined;
}

/** Whether ovs-vswitchd has the interface in operation. */
export function isWired({ ofport, error }: OvsInterface): boolean {
  return ofport !== undefined && ofport > 0 && error === undefined;
}
