import { isSameVif } from '@vifkit/core';
import type {
  OvsBridgeAbsentStep,
  OvsBridgeStep,
  OvsDatapathType,
  OvsPortAbsentStep,
  OvsPortInitial,
  OvsPortStep,
  OvsVifPortsAbsentStep,
} from '@vifkit/core/steps';
import type { PortRows } from './former-rows.js';
import { ownerIn } from './marks.js';
import type { Owner } from './state.js';

/** The steps that concern Open vSwitch. */
export type OvsStep =
  | OvsBridgeStep
  | OvsBridgeAbsentStep
  | OvsPortStep
  | OvsPortAbsentStep
  | OvsVifPortsAbsentStep;

/** What is written for a step, and what undoes it. Undoing never waits for ovs-vswitchd, which may be what failed. */
export interface OvsWrite {
  readonly changes: readonly OvsChange[];
  readonly reverse: readonly OvsChange[];
}

/**
 * A change to an Open vSwitch. Its `owner` is the id of the VIF that it is for: the changes of one owner are made
 * together or not at all.
 */
export type OvsChange = EnsureBridge | SetBridgeMtu | RemoveBridge | RemoveIdleBridge | PutPort | RemovePort;

/**
 * The bridge must exist. A new bridge gets its local port of the same name. Several owners may require the same new
 * bridge at the same time: it is made once. Waits for ovs-vswitchd.
 */
export interface EnsureBridge {
  readonly kind: 'ensureBridge';
  readonly owner: string;
  readonly name: string;
  /** For a new bridge; an existing one keeps its own. '' means `system`, as in the database. */
  readonly datapathType: OvsDatapathType | '';
  /** The MTU request of the local port is raised to this if it is lower or unset. */
  readonly mtu?: number | undefined;
  /** For a new bridge; the mark {@link BRIDGE_MARK} by default. */
  readonly externalIds?: Readonly<Record<string, string>>;
  /** Keys of the `external_ids` of an existing bridge. */
  readonly marks?: OvsKeys | undefined;
  /** Do not wait for ovs-vswitchd: for what undoes a change. */
  readonly mayLag?: boolean;
  /** The rows that its local port had, if it is restored. */
  readonly former?: PortRows | undefined;
}

/** Sets or unsets the MTU request of a bridge's local port. A missing bridge is not made. */
export interface SetBridgeMtu {
  readonly kind: 'setBridgeMtu';
  readonly owner: string;
  readonly name: string;
  readonly mtu: number | undefined;
  /** Keys of the bridge's `external_ids`. */
  readonly marks?: OvsKeys | undefined;
}

/**
 * Removes the bridge if it carries {@link BRIDGE_MARK} and has no port except its local one; otherwise does nothing.
 * Waits for ovs-vswitchd, which must remove the local port's link, but not for long.
 */
export interface RemoveBridge {
  readonly kind: 'removeBridge';
  readonly owner: string;
  readonly name: string;
}

/**
 * Removes the bridge with its patch ports, if it has no others except its local one; otherwise does nothing. Waits for
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
 * The port must exist on this bridge with these settings: it is made or changed. A port on another bridge is recreated:
 * its settings there (VLANs, queues) do not apply here.
 */
export interface PutPort {
  readonly kind: 'putPort';
  readonly owner: string;
  readonly name: string;
  readonly bridge: string;
  readonly settings: OvsPortSettings;
  /** The `external_ids` of the port itself, if it is made now. */
  readonly portExternalIds: Readonly<Record<string, string>>;
  /** Keys of the port's own `external_ids`, if it exists. */
  readonly marks?: OvsKeys | undefined;
  /** Recreate it in any case: another VIF had it, whose VLANs and queues do not apply to this VIF. */
  readonly recreate?: boolean;
  /**
   * For what undoes a change. The port is left as it is if it is not this owner's but another VIF's by now. A port that
   * was taken from another VIF is removed if that VIF has another port by now.
   */
  readonly unlessOthers?: Owner;
  /** Further settings, if it is made now. */
  readonly initial?: OvsPortInitial | undefined;
  /** The rows that it had, if it is restored. */
  readonly former?: PortRows | undefined;
  /** Wait until ovs-vswitchd has opened the port, and fail if it cannot. */
  readonly wired: boolean;
}

/** Removes the port, if it exists, with its QoS row if that is ours. Does not wait for ovs-vswitchd. */
export interface RemovePort {
  readonly kind: 'removePort';
  readonly owner: string;
  readonly name: string;
  /** Only if the port carries the mark of the owner, see {@link ownerMark}; otherwise does nothing. */
  readonly ifMarked: boolean;
  /** Leave the port if it is not this owner's but another VIF's by now: the names of links may have changed. */
  readonly unlessOthers?: Owner;
}

/** Settings of a port and its interface. Those left out stay as they are; null removes a setting. */
export interface OvsPortSettings {
  readonly tag?: number | null;
  readonly type?: string;
  /** Keys of the interface's `external_ids`; other keys stay. null removes a key. */
  readonly externalIds?: OvsKeys;
  /** Keys of the interface's options, likewise. */
  readonly options?: OvsKeys;
  readonly mtuRequest?: number | null;
}

/** The VIF that a port is given back to when a change is undone, if it is not the owner of the change. */
export function formerOwner(change: OvsChange): string | undefined {
  if (change.kind !== 'putPort' || !change.unlessOthers) return undefined;
  const { portExternalIds, settings, unlessOthers } = change;
  const former = ownerIn(portExternalIds) ?? settings.externalIds?.['iface-id'] ?? undefined;
  const ids = [unlessOthers.vifId, ...unlessOthers.interfaceIds];
  return former === undefined || ids.some((id) => isSameVif(id, former)) ? undefined : former;
}

export type OvsKeys = Readonly<Record<string, string | null>>;

/** The keys of a map after a change to some of them. */
export function mergeKeys(before: Readonly<Record<string, string>>, change: OvsKeys): Record<string, string> {
  return presentKeys({ ...before, ...change });
}

/** The keys that a change does not remove. */
export function presentKeys(keys: OvsKeys): Record<string, string> {
  const entries = Object.entries(keys).flatMap(([key, value]) =>
    value === null ? [] : [[key, value] as const],
  );
  return Object.fromEntries(entries);
}
