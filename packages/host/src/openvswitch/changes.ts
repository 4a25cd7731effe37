import type {
  OvsBridgeAbsentStep,
  OvsBridgeStep,
  OvsDatapathType,
  OvsPortAbsentStep,
  OvsPortInitial,
  OvsPortStep,
  OvsVifPortsAbsentStep,
} from '@vifkit/core/steps';

/** The steps that are about Open vSwitch. */
export type OvsStep =
  | OvsBridgeStep
  | OvsBridgeAbsentStep
  | OvsPortStep
  | OvsPortAbsentStep
  | OvsVifPortsAbsentStep;

/** What is written for a step, and what takes it back: never by waiting for ovs-vswitchd, which may be why it failed. */
export interface OvsWrite {
  readonly changes: readonly OvsChange[];
  readonly reverse: readonly OvsChange[];
}

/**
 * A change to an Open vSwitch. Its `owner` is the id of the VIF that wants it: the changes of one owner are
 * made together or not at all.
 */
export type OvsChange = EnsureBridge | SetBridgeMtu | RemoveBridge | RemoveIdleBridge | PutPort | RemovePort;

/**
 * The bridge is to exist. A new one gets its local port of the same name.
 * Several owners may want the same new bridge at a time: it is made once. Waits for ovs-vswitchd.
 */
export interface EnsureBridge {
  readonly kind: 'ensureBridge';
  readonly owner: string;
  readonly name: string;
  /** Of a new bridge; one that exists keeps its own. '' means `system`, as in the database. */
  readonly datapathType: OvsDatapathType | '';
  /** The MTU request of the local port is raised to this if it is lower or not set. */
  readonly mtu?: number | undefined;
  /** Of a new bridge; the mark {@link BRIDGE_MARK} unless given. */
  readonly externalIds?: Readonly<Record<string, string>>;
  /** Keys of the `external_ids` of a bridge that is there. */
  readonly marks?: OvsKeys | undefined;
}

/** The MTU request of a bridge's local port is to be this, or not set. A missing bridge is left missing. */
export interface SetBridgeMtu {
  readonly kind: 'setBridgeMtu';
  readonly owner: string;
  readonly name: string;
  readonly mtu: number | undefined;
  /** Keys of the bridge's `external_ids`. */
  readonly marks?: OvsKeys | undefined;
}

/**
 * The bridge is to go, if it carries {@link BRIDGE_MARK} and has no port but its local one; else nothing
 * happens. Waits for ovs-vswitchd, which has to remove the local port's link, but not for long.
 */
export interface RemoveBridge {
  readonly kind: 'removeBridge';
  readonly owner: string;
  readonly name: string;
}

/**
 * The bridge is to go with its patch ports, if it has no others but its local one; else nothing happens. Waits for
 * ovs-vswitchd as {@link RemoveBridge} does.
 */
export interface RemoveIdleBridge {
  readonly kind: 'removeIdleBridge';
  readonly owner: string;
  readonly name: string;
  /** Only if the bridge carries {@link BRIDGE_MARK}. */
  readonly ifMarked: boolean;
}

/**
 * The port is to exist on this bridge with these settings: it is made, or changed. One on another bridge is made anew: what
 * was said of it there (VLANs, queues) does not hold here.
 */
export interface PutPort {
  readonly kind: 'putPort';
  readonly owner: string;
  readonly name: string;
  readonly bridge: string;
  readonly settings: OvsPortSettings;
  /** `external_ids` for the port itself, if it is made now. */
  readonly portExternalIds: Readonly<Record<string, string>>;
  /** Keys of the port's own `external_ids`, if it is there. */
  readonly marks?: OvsKeys | undefined;
  /** Make it anew in any case: another VIF had it, whose VLANs and queues are not this one's. */
  readonly anew?: boolean;
  /** Further settings, if it is made now. */
  readonly initial?: OvsPortInitial | undefined;
  /** Wait until ovs-vswitchd has opened the port, and fail if it cannot. */
  readonly wired: boolean;
}

/** The port is to go, if it is there, and its QoS row with it if that is ours. Does not wait for ovs-vswitchd. */
export interface RemovePort {
  readonly kind: 'removePort';
  readonly owner: string;
  readonly name: string;
  /** Only if the port carries the mark of the owner, see {@link ownerMark}; else nothing happens. */
  readonly ifMarked: boolean;
}

/** Settings of a port and its interface. Those left out stay as they are; null removes one. */
export interface OvsPortSettings {
  readonly tag?: number | null;
  readonly type?: string;
  /** Keys of the interface's `external_ids`: the others stay. null removes a key. */
  readonly externalIds?: OvsKeys;
  /** Keys of the interface's options, likewise. */
  readonly options?: OvsKeys;
  readonly mtuRequest?: number | null;
}

export type OvsKeys = Readonly<Record<string, string | null>>;

/** The keys of a map after a change of some. */
export function mergeKeys(before: Readonly<Record<string, string>>, change: OvsKeys): Record<string, string> {
  return presentKeys({ ...before, ...change });
}

/** Those keys that a change does not remove. */
export function presentKeys(keys: OvsKeys): Record<string, string> {
  const entries = Object.entries(keys).flatMap(([key, value]) =>
    value === null ? [] : [[key, value] as const],
  );
  return Object.fromEntries(entries);
}
