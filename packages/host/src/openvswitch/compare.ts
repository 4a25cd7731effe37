import type { VifError } from '@vifkit/core';
import {
  type Difference,
  type Found,
  foundByMark,
  type Inspection,
  type Wanted,
} from '@vifkit/core/step-kinds';
import type { OvsBridgeAbsentStep, OvsBridgeStep, OvsPortAbsentStep, OvsPortStep } from '@vifkit/core/steps';
import type {
  EnsureBridge,
  OvsChange,
  OvsKeys,
  OvsPortSettings,
  OvsWrite,
  PutPort,
  RemovePort,
} from './changes.js';
import { bridgeIsPort, bridgeMissing, portIsBond, portIsMember, portMadeOtherwise } from './errors.js';
import { BRIDGE_MARK, OWNER_KEY, ownerIn, ownerMark } from './marks.js';
import { differencesOf, diffPort, type PortDiff, typeOf } from './port-diff.js';
import type { OvsBridge, OvsInterface, OvsPort, Owner } from './state.js';
import { interfaceIdOf, whoseBridge, whosePort } from './whose.js';

type OvsInspection = Inspection<OvsWrite>;

/**
 * Compares a bridge step with the bridge of its name, if that exists. A bridge that was made for another VIF may serve
 * several VIFs, as a trunk's bridge does, unless it is exclusive.
 */
export function compareBridge(
  step: OvsBridgeStep,
  { vifId: owner }: Owner,
  bridge: OvsBridge | undefined,
  { isOvnManaged = false, port }: BridgeSurroundings = {},
): OvsInspection {
  if (!bridge) {
    const missing = missingBridge(step, owner, isOvnManaged);
    if (!port || missing.blocked) return missing;
    return { differences: missing.differences, blocked: bridgeIsPort(step.name, port.bridge) };
  }
  const { mtuRequest, externalIds } = bridge;
  const { name, datapathType, mtu } = step;
  const tooSmall = mtu !== undefined && (mtuRequest ?? 0) < mtu;
  const ensure: EnsureBridge = { kind: 'ensureBridge', owner, name, datapathType, mtu };
  const back = { kind: 'setBridgeMtu', owner, name, mtu: mtuRequest } as const;
  const differences = tooSmall ? [{ attribute: 'mtu', expected: mtu, actual: mtuRequest ?? null }] : [];
  const raised = wanted(tooSmall && { changes: [ensure], reverse: [back] }, differences);
  const marked = ownerIn(externalIds);
  if (step.exclusive && marked !== undefined) return { ...raised, found: foundByMark(marked, owner) };
  if (!step.own || marked !== undefined) return raised;
  const marks = { ...BRIDGE_MARK, ...ownerMark(owner) };
  const marking: OvsWrite = {
    changes: [{ ...ensure, marks }],
    reverse: [{ ...back, marks: formerKeys(externalIds, marks) }],
  };
  return {
    ...raised,
    found: { whose: 'unmarked', byName: true },
    takeOver: wanted(marking, [...differences, markOf(owner, null)]),
  };
}

/** What decides whether a bridge can be made. */
interface BridgeSurroundings {
  readonly isOvnManaged?: boolean;
  /** The port of its name: its own local port, or one of another bridge. */
  readonly port?: OvsPort | undefined;
}

function missingBridge(
  { name, own, mustExist, datapathType, mtu }: OvsBridgeStep,
  owner: string,
  isOvnManaged: boolean,
): OvsInspection {
  const differences = [exists(true)];
  // OVN manages only its own bridges: a port on another bridge has no network.
  if (mustExist || (isOvnManaged && !own)) return { differences, blocked: bridgeMissing(name) };
  const externalIds = { ...BRIDGE_MARK, ...ownerMark(owner) };
  const write: OvsWrite = {
    changes: [{ kind: 'ensureBridge', owner, name, datapathType, mtu, ...(own && { externalIds }) }],
    reverse: [{ kind: 'removeBridge', owner, name }],
  };
  // The VIF's own bridge is connected by the plug, or by whatever manages its trunk.
  if (own) return { change: write, differences, creates: true };
  const note = `a new bridge ${name} is connected to nothing yet: correct its name if it should have been there`;
  return { change: write, differences, creates: true, note };
}

/**
 * Compares the absence of an idle bridge with the bridge of its name, if that exists.
 * @param users the ports that keep it, except those that are removed first
 */
export function compareBridgeAbsence(
  { name, own, exclusive }: OvsBridgeAbsentStep,
  { vifId: owner }: Owner,
  bridge: OvsBridge | undefined,
  users: readonly string[],
): OvsInspection {
  if (!bridge || users.length > 0) return { differences: [] };
  const { datapathType, externalIds, mtuRequest: mtu } = bridge;
  const change: OvsWrite = {
    changes: [{ kind: 'removeIdleBridge', owner, name, ifMarked: !own }],
    reverse: [{ kind: 'ensureBridge', owner, name, datapathType, mtu, externalIds }], // its patch ports are lost
  };
  const marked = whoseBridge(bridge, owner);
  // An idle bridge serves no other VIF: by its name it belongs to this one, no matter which VIF it was made for.
  const isByName = own && !(exclusive && marked.whose === 'other');
  const found: Found = isByName ? { whose: 'unmarked', byName: true } : marked;
  return { change, differences: [exists(false)], found };
}

/**
 * Compares a port step with the port of its name, if that exists.
 * @param user the program that has the function open which the port's representor stands for
 */
export function comparePort(
  step: OvsPortStep,
  owner: Owner,
  port: OvsPort | undefined,
  user?: string,
): OvsInspection {
  const { vifId } = owner;
  if (!port) {
    const reverse: OvsChange[] = [{ kind: 'removePort', owner: vifId, name: step.name, ifMarked: true }];
    return {
      change: { changes: [putPort(step, vifId)], reverse },
      differences: [exists(true)],
      creates: true,
    };
  }
  const found = foundPort(step, owner, port, user);
  if (!port.interface) {
    return { differences: [exists(true)], blocked: portIsBond(step.name, vifId), found };
  }
  const iface = port.interface;
  const diff = diffPort(step, port, iface);
  const differences = differencesOf(diff);
  const blocked = found.whose === 'other' ? undefined : madeOtherwise(step, vifId, port, iface);
  if (differences.length === 0 && found.whose === 'this' && !blocked) return { differences, found };
  const put = putPort(step, vifId);
  // If the step is for a kernel link and the port has another type, the type is reset.
  const settings = { ...(diff.type && { type: '' }), ...put.settings };
  const change = {
    changes: [{ ...put, settings }],
    reverse: diff.bridge ? portBack(step.name, owner, port) : [formerPort(step, owner, port, diff)],
  };
  return {
    ...wanted(differences.length > 0 && change, differences),
    found,
    ...(blocked && { blocked }),
    ...(found.whose !== 'this' && {
      takeOver: wanted(takenOver(change, found, step.name, owner, port), [
        ...differences,
        markOf(vifId, ownerIn(port.externalIds) ?? null),
      ]),
    }),
  };
}

/** A port that cannot be made because its link is a member of a bond. */
export function comparePortWithMember(name: string, { vifId }: Owner): OvsInspection {
  return { differences: [exists(true)], blocked: portIsMember(name, vifId) };
}

/** There is no port to remove, but its link is a member of a bond, which is not the VIF's. */
export function compareAbsenceWithMember(): OvsInspection {
  return { differences: [exists(false)], found: { whose: 'unmarked' } };
}

/** The owner of a port that is to be as a step wants it. */
function foundPort({ representor }: OvsPortStep, owner: Owner, port: OvsPort, user?: string): Found {
  const found = whosePort(port, owner);
  if (found.whose !== 'other') return withByName(found, true);
  if (user !== undefined) return { ...found, usedBy: user };
  return { ...found, ...(representor && { isIdle: true }) };
}

function withByName(found: Found, byName: boolean): Found {
  return found.whose === 'unmarked' ? { ...found, byName } : found;
}

function putPort(step: OvsPortStep, owner: string): PutPort {
  const { name, bridge, tag, type, externalIds, options, mtuRequest, initial, wired } = step;
  const settings = {
    externalIds,
    ...(tag !== undefined && { tag }),
    ...(type !== undefined && { type }),
    ...(options && { options }),
    ...(mtuRequest !== undefined && { mtuRequest }),
  };
  return {
    kind: 'putPort',
    owner,
    name,
    bridge,
    settings,
    portExternalIds: ownerMark(owner),
    initial,
    wired,
  };
}

/**
 * The change, with our mark added. A port that another VIF had is recreated: that VIF's VLANs and queues do not apply
 * to this one.
 */
function takenOver(
  { changes, reverse }: { readonly changes: readonly PutPort[]; readonly reverse: readonly OvsChange[] },
  { whose }: Found,
  name: string,
  owner: Owner,
  port: OvsPort,
): OvsWrite {
  const marks = ownerMark(owner.vifId);
  if (whose === 'other') {
    return {
      changes: changes.map((put) => ({ ...put, marks, recreate: true })),
      reverse: portBack(name, owner, port),
    };
  }
  const former = formerKeys(port.externalIds, marks);
  return {
    changes: changes.map((put) => ({ ...put, marks })),
    reverse: reverse.map((change) => (change.kind === 'putPort' ? { ...change, marks: former } : change)),
  };
}

/** Restores only what a change to a port has changed: others may have changed the rest since. */
function formerPort(step: OvsPortStep, owner: Owner, port: OvsPort, diff: PortDiff): PutPort {
  const { bridge, externalIds: portExternalIds, interface: iface } = port;
  const settings: OvsPortSettings = {
    ...(diff.tag && { tag: diff.tag.actual ?? null }),
    ...(diff.type && iface && { type: iface.type }),
    ...(diff.externalIds && { externalIds: formerKeys(iface?.externalIds ?? {}, step.externalIds) }),
    ...(diff.options && { options: formerKeys(iface?.options ?? {}, step.options ?? {}) }),
    ...(diff.mtuRequest && { mtuRequest: diff.mtuRequest.actual ?? null }),
  };
  const { vifId } = owner;
  const put = { kind: 'putPort', owner: vifId, name: step.name, bridge, settings, portExternalIds } as const;
  return { ...put, unlessOthers: owner, wired: false };
}

/**
 * Why a port of another type is left as it is; undefined if it is changed. ovs-vswitchd recreates a port when its type
 * changes.
 */
function madeOtherwise(
  { name, type = '', externalIds }: OvsPortStep,
  vifId: string,
  port: OvsPort,
  iface: OvsInterface,
): VifError | undefined {
  if (typeOf(iface) === type) return undefined;
  const ifaceId = externalIds['iface-id'];
  const isVifs =
    ownerIn(port.externalIds) !== undefined ||
    (ifaceId !== undefined && iface.externalIds['iface-id'] === ifaceId);
  return isVifs ? undefined : portMadeOtherwise(name, typeOf(iface), type, vifId);
}

/**
 * Compares the absence of a port with the port of its name, if that exists.
 * @param linkType the type of the kernel link of that name, if it exists
 */
export function comparePortAbsence(
  step: OvsPortAbsentStep,
  owner: Owner,
  port: OvsPort | undefined,
  linkType?: string,
): OvsInspection {
  if (!port) return { differences: [] };
  const { name, own } = step;
  const change = {
    changes: [removePort(name, owner, !own)],
    reverse: portBack(name, owner, port),
  };
  const found = withByName(whosePort(port, owner), own && isByName(step, port, linkType));
  return { change, differences: [exists(false)], found };
}

/** There is no port to remove, but its QoS row is left, with the mark of a VIF. */
export function compareLeftQos(
  { name, own }: OvsPortAbsentStep,
  owner: Owner,
  marked: string,
): OvsInspection {
  const change = { changes: [removePort(name, owner, !own)], reverse: [] };
  const differences = [{ attribute: 'qos', expected: null, actual: 'left of a port that was removed' }];
  return { change, differences, found: foundByMark(marked, owner.vifId) };
}

/**
 * Whether a port without a mark belongs to the VIF by its name. A request may name anything, also the host's uplink in
 * its bridge, or a tunnel: only a port that could have been made for the VIF counts.
 */
function isByName(
  { name, type, linkTypes }: OvsPortAbsentStep,
  port: OvsPort,
  linkType: string | undefined,
): boolean {
  if (!port.interface || port.bridge === name) return false;
  if (interfaceIdOf(port) !== undefined) return true;
  if (type !== undefined && typeOf(port.interface) !== type) return false;
  return linkType === undefined || !linkTypes || linkTypes.some((each) => each === linkType);
}

/** Compares the absence of all ports of a VIF with the ports that were found, by name. */
export function compareVifPortsAbsence(owner: Owner, ports: ReadonlyMap<string, OvsPort>): OvsInspection {
  if (ports.size === 0) return { differences: [] };
  const names = [...ports.keys()];
  const change: OvsWrite = {
    changes: names.map((name) => removePort(name, owner, false)),
    reverse: [...ports].flatMap(([name, port]) => portBack(name, owner, port)),
  };
  return { change, differences: [{ attribute: 'ports', expected: [], actual: names }] };
}

function removePort(name: string, owner: Owner, ifMarked: boolean): RemovePort {
  return { kind: 'removePort', owner: owner.vifId, name, ifMarked, unlessOthers: owner };
}

/** Restores a port that was removed, with everything that we know about it; anything else is lost. */
function portBack(name: string, owner: Owner, port: OvsPort): PutPort[] {
  const { bridge, externalIds: portExternalIds, interface: iface, tag, vlanMode, trunks = [] } = port;
  const settings: OvsPortSettings = iface
    ? {
        tag: tag ?? null,
        type: iface.type,
        externalIds: iface.externalIds,
        options: iface.options,
        mtuRequest: iface.mtuRequest ?? null,
      }
    : {};
  const initial = {
    ...(vlanMode !== undefined && { vlanMode }),
    ...(trunks.length > 0 && { trunks: [...trunks] }),
  };
  const put = { kind: 'putPort', owner: owner.vifId, name, bridge, settings, portExternalIds } as const;
  return [{ ...put, initial, unlessOthers: owner, wired: false }];
}

/** The former values of the wanted keys; null for those that did not exist. */
function formerKeys(
  former: Readonly<Record<string, string>>,
  asked: Readonly<Record<string, string>>,
): OvsKeys {
  return Object.fromEntries(Object.keys(asked).map((key) => [key, former[key] ?? null]));
}

function wanted(change: OvsWrite | false, differences: readonly Difference[]): Wanted<OvsWrite> {
  return { ...(change && { change }), differences };
}

function markOf(vifId: string, actual: string | null): Difference {
  return { attribute: OWNER_KEY, expected: vifId, actual };
}

function exists(expected: boolean): Difference {
  return { attribute: 'exists', expected, actual: !expected };
}
