import {
  type Difference,
  type Inspection,
  type OvsBridgeAbsentStep,
  type OvsBridgeStep,
  type OvsPortAbsentStep,
  type OvsPortStep,
  type VifError,
} from '@vifkit/core';
import { bridgeMissing, portIsBond, portMadeOtherwise, portNotOurs } from './errors.js';
import { hasBridgeMark, hasPortMark } from './marks.js';
import { isWired, type OvsBridge, type OvsInterface, type OvsPort } from './state.js';

/** Compares a bridge step with the bridge of its name, if there is one. */
export function compareBridge(step: OvsBridgeStep, bridge: OvsBridge | undefined): Inspection {
  if (!bridge) return missingBridge(step);
  const { mtuRequest } = bridge;
  const tooSmall = step.mtu !== undefined && (mtuRequest ?? 0) < step.mtu;
  const differences = tooSmall ? [{ attribute: 'mtu', expected: step.mtu, actual: mtuRequest ?? null }] : [];
  return { differences, before: bridge };
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
  bridge: OvsBridge | undefined,
  users: readonly string[],
): Inspection {
  if (!bridge || users.length > 0 || !(step.own || hasBridgeMark(bridge))) return { differences: [] };
  return { differences: [exists(false)], before: bridge };
}

/** Compares a port step with the port of its name, if there is one. */
export function comparePort(step: OvsPortStep, vifId: string, port: OvsPort | undefined): Inspection {
  if (!port) return { differences: [exists(true)], creates: true };
  const { interface: its } = port;
  if (!its) return { differences: [exists(true)], blocked: portIsBond(step.name, vifId), before: port };
  const blocked = madeOtherwise(step, vifId, port, its);
  return { differences: compareSettings(step, port, its), before: port, ...(blocked && { blocked }) };
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
    hasPortMark(port, vifId) || (ifaceId !== undefined && its.externalIds['iface-id'] === ifaceId);
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
): Inspection {
  if (!port) return { differences: [] };
  const differences = [exists(false)];
  if (step.own || hasPortMark(port, vifId)) return { differences, before: port };
  return { differences, blocked: portNotOurs(step.name, vifId), before: port };
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
