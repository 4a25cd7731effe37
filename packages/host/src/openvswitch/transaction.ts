import type { Operation } from '../ovsdb/operations.js';
import { readStrings } from '../ovsdb/values.js';
import type { BridgePort } from './bridge-users.js';
import {
  type EnsureBridge,
  formerOwner,
  type OvsChange,
  type PutPort,
  type RemoveBridge,
  type RemoveIdleBridge,
  type RemovePort,
  type SetBridgeMtu,
} from './changes.js';
import { Draft, type DraftPort } from './draft.js';
import { bridgeNotFound, portIsBond } from './errors.js';
import type { RemovedPort } from './former-rows.js';
import { BRIDGE_MARK, hasBridgeMark, hasPortMark } from './marks.js';
import type { Snapshot } from './snapshot.js';
import { whosePort } from './whose.js';

export interface Transaction {
  readonly operations: readonly Operation[];
  /** The ports that are removed, by name. */
  readonly removed: ReadonlyMap<string, RemovedPort>;
  /**
   * The changes that count as made only once ovs-vswitchd has applied them. If there are any, the last operation
   * selects the `next_cfg` to wait for.
   */
  readonly awaited: readonly OvsChange[];
  /** The changes among them whose port must then be open; for a new bridge, its local port. */
  readonly opened: readonly OvsChange[];
}

/**
 * The single transaction that makes changes, based on a snapshot.
 *
 * @param bridgePorts the ports of bridges that are to be removed if they are idle.
 * @param keepsIds give rows that are restored the ids that they had
 * @throws VifError `OVS_BRIDGE_NOT_FOUND` or `OVS_PORT_NOT_OURS` if a change cannot be made to the snapshot.
 */
export function composeTransaction(
  snapshot: Snapshot,
  changes: readonly OvsChange[],
  bridgePorts: ReadonlyMap<string, readonly BridgePort[]> = new Map(),
  keepsIds = true,
): Transaction {
  const draft = new Draft(snapshot, keepsIds);
  const results = new Map(changes.map((change) => [change, enter(draft, change, bridgePorts)]));
  const awaited = changes.filter((change) => results.get(change) !== 'done');
  const opened = changes.filter((change) => results.get(change) === 'opened');
  const { operations, removed } = draft;
  if (awaited.length === 0) return { operations, removed, awaited, opened };
  const root = { table: 'Open_vSwitch', where: [] };
  return {
    operations: [
      ...operations,
      { op: 'mutate', ...root, mutations: [['next_cfg', '+=', 1]] },
      { op: 'select', ...root, columns: ['next_cfg'] },
    ],
    removed,
    awaited,
    opened,
  };
}

/** What ovs-vswitchd must do for a change: open a port, anything else that must be awaited, or nothing. */
type Entered = 'opened' | 'awaited' | 'done';

function enter(
  draft: Draft,
  change: OvsChange,
  bridgePorts: ReadonlyMap<string, readonly BridgePort[]>,
): Entered {
  switch (change.kind) {
    case 'ensureBridge':
      return ensureBridge(draft, change);
    case 'setBridgeMtu':
      return setBridgeMtu(draft, change);
    case 'removeBridge':
      return removeBridge(draft, change);
    case 'removeIdleBridge':
      return removeIdleBridge(draft, change, bridgePorts.get(change.name) ?? []);
    case 'putPort':
      return putPort(draft, change);
    case 'removePort':
      return removePort(draft, change);
  }
}

function ensureBridge(draft: Draft, change: EnsureBridge): Entered {
  const { name, datapathType, mtu, externalIds = BRIDGE_MARK, marks, former } = change;
  if (draft.bridge(name)) {
    if (marks) draft.markBridge(name, marks);
  } else {
    draft.addBridge(name, datapathType, externalIds, former?.bridge);
    const localIds = former ? readStrings(former.port.external_ids) : {};
    draft.addPort(name, name, { type: 'internal' }, localIds, { former });
    for (const [patch, rows] of former?.bridge?.patches ?? []) {
      if (draft.port(patch)) continue; // it is back already
      draft.addPort(patch, name, {}, readStrings(rows.port.external_ids), { former: rows });
    }
  }
  const current = draft.port(name)?.interface?.mtuRequest ?? 0;
  if (mtu !== undefined && current < mtu) draft.changePort(name, { mtuRequest: mtu });
  if (change.mayLag) return 'done';
  return draft.bridge(name)?.ref[0] === 'named-uuid' ? 'opened' : 'awaited';
}

function setBridgeMtu(draft: Draft, { name, mtu, marks }: SetBridgeMtu): Entered {
  if (marks && draft.bridge(name)) draft.markBridge(name, marks);
  if (draft.bridge(name) && draft.port(name)) draft.changePort(name, { mtuRequest: mtu ?? null });
  return 'done';
}

function removeBridge(draft: Draft, { name }: RemoveBridge): Entered {
  const bridge = draft.bridge(name);
  const local = draft.port(name)?.ref[1];
  if (!bridge || !hasBridgeMark(bridge) || [...bridge.ports].some((port) => port !== local)) return 'done';
  draft.removeBridge(name);
  return 'awaited';
}

function removeIdleBridge(
  draft: Draft,
  { name, ifMarked }: RemoveIdleBridge,
  ports: readonly BridgePort[],
): Entered {
  const bridge = draft.bridge(name);
  if (!bridge || (ifMarked && !hasBridgeMark(bridge))) return 'done';
  const local = draft.port(name)?.ref[1];
  const patches = ports.filter(({ id, isPatch }) => isPatch && bridge.ports.has(id));
  const leaving = new Set(patches.map(({ id }) => id));
  if ([...bridge.ports].some((port) => port !== local && !leaving.has(port))) return 'done';
  draft.removeBridge(name, patches);
  return 'awaited';
}

function putPort(draft: Draft, change: PutPort): Entered {
  const { name, bridge, settings, marks, owner } = change;
  if (!draft.bridge(bridge)) throw bridgeNotFound(bridge, name, owner);
  const port = draft.port(name);
  if (isOthers(port, change)) return 'done';
  const former = formerOwner(change);
  if (port && former !== undefined && draft.portsOf(former).some((other) => other !== name)) {
    draft.removePort(name);
    return 'done';
  }
  if (port && !port.interface) throw portIsBond(name, owner);
  if (port?.bridge === bridge && !change.recreate) {
    if (marks) draft.markPort(name, marks);
    draft.changePort(name, settings);
  } else {
    if (port) draft.removePort(name);
    draft.addPort(name, bridge, settings, change.portExternalIds, change);
  }
  return change.wired ? 'opened' : 'done';
}

function removePort(draft: Draft, change: RemovePort): Entered {
  const { name, ifMarked, owner } = change;
  const port = draft.port(name);
  if (!port) draft.removeLeftQos(name, owner);
  if (!port || isOthers(port, change) || (ifMarked && !hasPortMark(port, owner))) return 'done';
  draft.removePort(name);
  return 'done';
}

/**
 * Whether another VIF has the port by now, so that a change that was meant for the owner's port no longer applies. The
 * names of representors may change with a reboot: one VIF's former port is then the new port of another.
 */
function isOthers(port: DraftPort | undefined, { unlessOthers }: PutPort | RemovePort): boolean {
  return port !== undefined && unlessOthers !== undefined && whosePort(port, unlessOthers).whose === 'other';
}
