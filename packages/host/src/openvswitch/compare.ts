import type {
  OvsBridgeAbsentStep,
  OvsBridgeStep,
  OvsPortAbsentStep,
  OvsPortStep,
  VifError,
} from '@vifkit/core';
import { isSameVif } from '@vifkit/core';
import { type Difference, type Found, foundByMark, type Inspection } from '@vifkit/engine/former';
import { bridgeMissing, portIsBond, portMadeOtherwise } from './errors.js';
import { hasBridgeMark, OWNER_KEY, ownerIn } from './marks.js';
import { isWired, type OvsBridge, type OvsInterface, type OvsPort } from './state.js';

/**
 * Compares a bridge step with the bridge of its name, if there is one. One that was made for another VIF may serve several,
 * as a trunk's does.
 */
export function compareBridge(step: OvsBridgeStep, vifId: string, bridge: OvsBridge | undefined): Inspection {
  if (!bridge) return missingBridge(step);
  const { mtuRequest } = bridge;
  const tooSmall = step.mtu !== undefined && (mtuRequest ?? 0) < step.mtu;
  const differences = tooSmall ? [{ attribute: 'mtu', expected: step.mtu, actual: mtuRequest ?? null }] : [];
  const marked = ownerIn(bridge.externalIds);
  if (!step.own || marked !== undefined) return { differences, before: bridge };
  const mark = { attribute: OWNER_KEY, expected: vifId, actual: null };
  return { differences, before: bridge, found: { whose: 'unmarked', byName: true, mark } };
}

function missingBridge({ name, own, mustExist }: OvsBridgeStep): Inspection {
  const differences = [exists(true)];
  if (mustExist) return { differences, blocked: bridgeMissing(name) };
  // The VIF's own is connected by the plug, or by whoever serves its trunk.
  if (own) return { differences, creates: true };
  const note = `a new bridge ${name} is connected to nothing yet: correct its name if it should have been there`;
  return { differences, creates: true, note };
}

/**
 * Compares the absence of an idle bridge with the bridge of its name, if there is one.
 * @param users the ports that keep it, without those that go before
 */
export function compareBridgeAbsence(
  step: OvsBridgeAbsentStep,
  vifId: string,
  bridge: OvsBridge | undefined,
  users: readonly string[],
): Inspection {
  if (!bridge || users.length > 0) return { differences: [] };
  // What is idle serves no other VIF: by its name it is this one's, whoever it was made for.
  const found: Found = step.own ? { whose: 'unmarked', byName: true } : whoseBridge(bridge, vifId);
  return { differences: [exists(false)], before: bridge, found };
}

/** Compares a port step with the port of its name, if there is one. */
export function comparePort(
  step: OvsPortStep,
  vifId: string,
  port: OvsPort | undefined,
  interfaceIds: readonly string[] = [],
): Inspection {
  if (!port) return { differences: [exists(true)], creates: true };
  const { representor = false } = step;
  const found = whosePort(port, vifId, interfaceIds, { byName: true, isIdle: representor });
  if (!port.interface) {
    return { differences: [exists(true)], blocked: portIsBond(step.name, vifId), before: port, found };
  }
  const blocked = found.whose === 'other' ? undefined : madeOtherwise(step, vifId, port, port.interface);
  const differences = compareSettings(step, port, port.interface);
  return { differences, before: port, found, ...(blocked && { blocked }) };
}

/** Why a port of another type is left as it is, if so: ovs-vswitchd makes it anew once its type changes. */
function madeOtherwise(
  { name, type = '', externalIds }: OvsPortStep,
  vifId: string,
  port: OvsPort,
  its: OvsInterface,
): VifError | undefined {
  if (typeOf(its) === type) return undefined;
  const ifaceId = externalIds['iface-id'];
  const isVifs =
    ownerIn(port.externalIds) !== undefined ||
    (ifaceId !== undefined && its.externalIds['iface-id'] === ifaceId);
  return isVifs ? undefined : portMadeOtherwise(name, typeOf(its), type, vifId);
}

/** The type of an interface; '' is the kernel's links, which is spelled `system` as well. */
function typeOf({ type }: OvsInterface): string {
  return type === 'system' ? '' : type;
}

/** Compares the absence of a port with the port of its name, if there is one. */
export function compareAbsence(
  step: OvsPortAbsentStep,
  vifId: string,
  port: OvsPort | undefined,
  interfaceIds: readonly string[] = [],
): Inspection {
  if (!port) return { differences: [] };
  const found = whosePort(port, vifId, interfaceIds, { byName: step.own });
  return { differences: [exists(false)], before: port, found };
}

/** Whose a port is, by our mark on it, or by the `iface-id` of its interface, which Neutron and Nova give it. */
function whosePort(
  { externalIds, interface: its }: OvsPort,
  vifId: string,
  interfaceIds: readonly string[],
  { byName, isIdle = false }: { readonly byName: boolean; readonly isIdle?: boolean },
): Found {
  const marked = ownerIn(externalIds);
  // Neutron's agent gives the iface-id of a trunk to patch ports, too.
  const interfaceId = its?.type === 'patch' ? undefined : its?.externalIds['iface-id'];
  const mark = { attribute: OWNER_KEY, expected: vifId, actual: marked ?? null };
  const isIts =
    interfaceId === undefined || [vifId, ...interfaceIds].some((id) => isSameVif(id, interfaceId));
  const found = foundByMark(marked ?? (isIts ? undefined : interfaceId), vifId);
  if (found.whose === 'other') return { ...found, mark, ...(isIdle && { isIdle }) };
  return found.whose === 'unmarked' ? { ...found, byName, mark } : found;
}

/** Whose a bridge is, by our mark. One that says nothing of a VIF is shared. */
function whoseBridge({ externalIds }: OvsBridge, vifId: string): Found {
  const marked = ownerIn(externalIds);
  if (marked === undefined && hasBridgeMark({ externalIds })) return { whose: 'shared' };
  return foundByMark(marked, vifId);
}

/** A VIF's ports, by name: what is to be put back if their removal is undone. */
export type OwnedPorts = ReadonlyMap<string, OvsPort>;

/** Compares the absence of all ports of a VIF with those that were found. */
export function compareOwned(ports: OwnedPorts): Inspection {
  if (ports.size === 0) return { differences: [] };
  return { differences: [{ attribute: 'ports', expected: [], actual: [...ports.keys()] }], before: ports };
}

function compareSettings(step: OvsPortStep, port: OvsPort, its: OvsInterface): Difference[] {
  const pairs: [string, unknown, unknown][] = [
    ['bridge', step.bridge, port.bridge],
    ['tag', step.tag, port.tag],
    ['type', step.type ?? '', typeOf(its)],
    ['externalIds', step.externalIds, keysOf(step.externalIds, its.externalIds)],
    ['options', step.options, keysOf(step.options, its.options)],
    ['mtuRequest', step.mtuRequest, its.mtuRequest],
  ];
  const differences = pairs
    .filter(([, expected, actual]) => expected !== undefined && !same(expected, actual))
    .map(([attribute, expected, actual]) => ({ attribute, expected, actual: actual ?? null }));
  if (!step.wired || isWired(its)) return differences;
  const actual = its.error ?? its.ofport ?? null;
  return [...differences, { attribute: 'ofport', expected: 'a port number', actual }];
}

/** Of the keys that an interface has, those that the step asks for: the others are not ours to judge. */
function keysOf(
  wanted: Readonly<Record<string, string>> = {},
  actual: Readonly<Record<string, string>>,
): Record<string, string> {
  return Object.fromEntries(Object.entries(actual).filter(([key]) => Object.hasOwn(wanted, key)));
}

function exists(expected: boolean): Difference {
  return { attribute: 'exists', expected, actual: !expected };
}

function same(a: unknown, b: unknown): boolean {
  if (typeof a !== 'object' || typeof b !== 'object') return a === b;
  const [left, right] = [new Map(Object.entries(a ?? {})), new Map(Object.entries(b ?? {}))];
  return left.size === right.size && [...left].every(([key, value]) => right.get(key) === value);
}
