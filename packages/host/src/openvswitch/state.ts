/** What an Open vSwitch has of the bridges and ports that were asked for. Missing ones are left out. */
export interface OvsState {
  readonly bridges: ReadonlyMap<string, OvsBridge>;
  readonly ports: ReadonlyMap<string, OvsPort>;
}

export interface OvsBridge {
  /** '' means `system`, as in the database. */
  readonly datapathType: string;
  /** The MTU asked for its local port, if any. */
  readonly mtuRequest: number | undefined;
  readonly externalIds: Readonly<Record<string, string>>;
}

export interface OvsPort {
  /** The bridge that it is on. */
  readonly bridge: string;
  /** The access VLAN. */
  readonly tag: number | undefined;
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
