import { isSameVif } from '@vifkit/core';
import { hasSettings, isEmpty } from './vf-changes.js';
import { MOST_WRITTEN, type VfRecord } from './vf-journal.js';
import type { VfSettings, VfState } from './vf-table.js';

/** The address of a function that none was given to. */
export const NO_MAC = '00:00:00:00:00:00';

/**
 * The record of a function that a VIF is about to write to; undefined if the one that is there says so already. A
 * function that another VIF has left behind keeps what it had before that one.
 */
export function noteWritten(
  record: VfRecord | undefined,
  vifId: string,
  state: VfState,
  settings: VfSettings,
): VfRecord | undefined {
  if (!record) return { vifId, former: state, written: [settings] };
  const { former, written } = record;
  const isIts = isSameVif(record.vifId, vifId);
  // What an older release wrote is not known, and a list of the rest would pass for all.
  if (!written) return isIts ? undefined : { vifId, former };
  const others = written.filter((each) => !isSame(each, settings));
  if (isIts && others.length < written.length && isSame(written.at(-1), settings)) return undefined;
  return { vifId, former, written: [...others, settings].slice(-MOST_WRITTEN) };
}

function isSame(a: VfSettings | undefined, b: VfSettings): boolean {
  return a !== undefined && a.mac === b.mac && a.vlan === b.vlan && a.trust === b.trust;
}

/**
 * What a function is to get back of what it had: only what still is as it was written, so that nothing is taken from
 * whoever has set it since. Undefined where the function has the address of a VIF that we do not know: it is that one's.
 */
export function toGiveBack(record: VfRecord, state: VfState, vifMac: string): VfSettings | undefined {
  const { former, written } = record;
  const addresses = [vifMac, ...(written ?? []).flatMap(({ mac }) => mac ?? [])];
  const isUntold = !written && vifMac === NO_MAC;
  if (!isUntold && !isOneOf(state.mac, [...addresses, former.mac, NO_MAC, ''])) return undefined;
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
 * What a VIF's former request had a function given that its present one says nothing of: as the function had it before,
 * as far as it still is as it was written. Without this a function would stay trusted whose port is trusted no more.
 *
 * @param wanted what all steps of the VIF about the function ask for
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
 * The own device of a trusted function was given the VIF's address, and would claim it for the function at its next
 * start. That of any other keeps to what the function is given, and may not be set.
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
