import { isSameVif } from '@vifkit/core';
import { hasSettings, isEmpty } from './vf-changes.js';
import { MAX_WRITTEN, type VfRecord } from './vf-journal.js';
import type { VfSettings, VfState } from './vf-table.js';

/** The address of a function that has not been given one. */
export const NO_MAC = '00:00:00:00:00:00';

/**
 * The record for a function that a VIF is about to write to; undefined if the existing record already says so. For a
 * function that another VIF has left behind, the record keeps the settings from before that VIF.
 */
export function noteWritten(
  record: VfRecord | undefined,
  vifId: string,
  state: VfState,
  settings: VfSettings,
): VfRecord | undefined {
  if (!record) return { vifId, former: formerOf(state, settings), written: [settings] };
  const { former, written } = record;
  const isOwn = isSameVif(record.vifId, vifId);
  // What an older release wrote is unknown, and a list without it would appear complete.
  if (!written) return isOwn ? undefined : { vifId, former };
  const others = written.filter((each) => !isSame(each, settings));
  if (isOwn && others.length < written.length && isSame(written.at(-1), settings)) return undefined;
  return { vifId, former, written: [...others, settings].slice(-MAX_WRITTEN) };
}

/** Whether these settings are those of a function that no VIF has. */
export function isFree({ mac = NO_MAC, vlan = 0, trust = false }: VfSettings): boolean {
  return mac === NO_MAC && vlan === 0 && !trust;
}

/**
 * The settings from before the VIF, for a function without a record. A function that has all that the VIF sets was
 * already given to the VIF: by a plug whose record is lost, or by Nova. What it had before is not known then. In place
 * of what the VIF sets, it gets back what a free function has: no address, no VLAN and no trust. The address of its own
 * device stays as it is. Any other function gets back what it has now.
 */
function formerOf(state: VfState, given: VfSettings): VfState {
  const { mac, vlan, trust } = given;
  const isGiven = mac !== undefined && hasSettings(state, given);
  if (!isGiven) return state;
  const { qos, protocol, deviceMac, ...rest } = state;
  const priority = { ...(qos !== undefined && { qos }), ...(protocol !== undefined && { protocol }) };
  const isKnown = deviceMac !== undefined && !isOneOf(deviceMac, [mac]);
  return {
    ...rest,
    mac: NO_MAC,
    ...(vlan === undefined ? priority : { vlan: 0 }),
    ...(trust !== undefined && state.trust !== undefined && { trust: false }),
    ...(isKnown && { deviceMac }),
  };
}

function isSame(a: VfSettings | undefined, b: VfSettings): boolean {
  return a !== undefined && a.mac === b.mac && a.vlan === b.vlan && a.trust === b.trust;
}

/**
 * The former settings that a function gets back: only those that still are as we wrote them, so that settings made by
 * others since are kept. Undefined if the function has the address of a VIF that we do not know: it then belongs to
 * that one.
 */
export function toGiveBack(record: VfRecord, state: VfState, vifMac: string): VfSettings | undefined {
  const { former, written } = record;
  const addresses = [vifMac, ...(written ?? []).flatMap(({ mac }) => mac ?? [])];
  const isUnknown = !written && vifMac === NO_MAC;
  if (!isUnknown && !isOneOf(state.mac, [...addresses, former.mac, NO_MAC, ''])) return undefined;
  const isAsWritten = (part: (settings: VfSettings) => VfSettings) =>
    !written || written.some((each) => !isEmpty(part(each)) && hasSettings(state, part(each)));
  return {
    ...(isAsWritten(macOf) && macOf(former)),
    ...(isAsWritten(vlanOf) && vlanOf(former)),
    ...(isAsWritten(trustOf) && trustOf(former)),
    ...((!written || isOneOf(state.deviceMac ?? '', addresses)) && deviceMacOf(former, state)),
  };
}

/**
 * The former values of settings that a VIF's previous request set and its current one does not mention, as far as they
 * still are as we wrote them. Without this, a function would stay trusted after its port is no longer trusted.
 *
 * @param wanted the settings that all steps of the VIF set on the function
 */
export function leftByFormer(
  { former, written = [] }: VfRecord,
  state: VfState,
  wanted: readonly VfSettings[],
): VfSettings {
  const isLeft = (part: (settings: VfSettings) => VfSettings) =>
    wanted.every((each) => isEmpty(part(each))) &&
    written.some((each) => !isEmpty(part(each)) && hasSettings(state, part(each)));
  return Object.assign({}, ...[macOf, vlanOf, trustOf].map((part) => (isLeft(part) ? part(former) : {})));
}

/**
 * The device of a trusted function itself was given the VIF's address, and would claim it for the function again at its
 * next start. The device of an untrusted function uses the address that the function is given, and may not be set.
 */
function deviceMacOf({ deviceMac }: VfState, { trust, deviceMac: present }: VfState): VfSettings {
  return trust === true && present !== undefined && deviceMac !== undefined ? { deviceMac } : {};
}

function macOf({ mac }: VfSettings): VfSettings {
  return mac === undefined ? {} : { mac };
}

/** A VLAN is set together with its priority and protocol. */
function vlanOf({ vlan, qos, protocol }: VfSettings): VfSettings {
  if (vlan === undefined) return {};
  return { vlan, ...(qos !== undefined && { qos }), ...(protocol !== undefined && { protocol }) };
}

function trustOf({ trust }: VfSettings): VfSettings {
  return trust === undefined ? {} : { trust };
}

function isOneOf(address: string, addresses: readonly string[]): boolean {
  return addresses.some((each) => each.toLowerCase() === address.toLowerCase());
}
