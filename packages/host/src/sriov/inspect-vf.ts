import { isSameVif, isVifError, VifError } from '@vifkit/core';
import type { Difference, Found, Inspection } from '@vifkit/core/step-kinds';
import type { VfStep } from '@vifkit/core/steps';
import { isFree, leftByFormer, NO_MAC, toGiveBack } from './given-back.js';
import { differencesFrom, diffVf, isEmpty, type VfDiff } from './vf-changes.js';
import type { VfRecord } from './vf-journal.js';
import type { FoundVf, VfSettings, VfState } from './vf-table.js';
import { noDevice } from './virtual-functions.js';

/** What a plug writes to a function, once it has recorded the former settings. */
export interface VfGiving extends VfDiff {
  readonly kind: 'give';
  /** The existing record of the function. */
  readonly record: VfRecord | undefined;
  readonly state: VfState;
  /** All settings that the function should have, whether they must be written or not. */
  readonly wanted: VfSettings;
}

/** What an unplug restores before the record is removed. */
interface VfRelease extends VfDiff {
  readonly kind: 'release';
  readonly record: VfRecord | undefined;
}

export type VfWrite = VfGiving | VfRelease;

/**
 * Compares a step of a VIF with its function, and with the record of it.
 * @param together all steps of the VIF for the function, including this one
 */
export function inspectVf(
  step: VfStep,
  vifId: string,
  found: FoundVf | VifError | undefined,
  record: VfRecord | VifError | undefined,
  together: readonly VfStep[],
): Inspection<VfWrite> {
  if (found === undefined || isVifError(found)) {
    const blocked = found ?? new VifError('PCI_DEVICE_NOT_FOUND', noDevice(step.address));
    return { differences: [{ attribute: 'exists', expected: true, actual: false }], blocked };
  }
  const { users = [], guest, ...state } = found;
  if (isVifError(record)) {
    const differences = differencesFrom(settingsOf(step), state);
    // A plug that writes nothing has nothing to record either.
    return step.restore || differences.length > 0 ? { differences, blocked: record } : { differences };
  }
  const { restore } = step;
  if (restore) return inspectRelease(step, restore.vifMac, vifId, state, record);
  const isOwn = record !== undefined && isSameVif(record.vifId, vifId);
  const left = isOwn ? leftByFormer(record, state, together.map(settingsOf)) : {};
  const user = users[0] ?? guest;
  return inspectGiving(step, { ...left, ...settingsOf(step) }, vifId, state, record, user);
}

/**
 * @param wanted the settings that the function should have: those of the step, and those that restore what the VIF's
 *   previous request set
 */
function inspectGiving(
  step: VfStep,
  wanted: VfSettings,
  vifId: string,
  state: VfState,
  record: VfRecord | undefined,
  user: string | undefined,
): Inspection<VfWrite> {
  const write: VfGiving = { kind: 'give', ...diffVf(wanted, state), record, state, wanted };
  // A function that is as wanted without a record was set by another program, or its record is lost. It is recorded, so
  // that it is found by its VIF, unless nothing is given to it: a vendor's unplug sets what a free function has.
  const holder = record?.vifId ?? (isFree(wanted) ? vifId : null);
  const differences = differencesOf(write, state, vifId, holder);
  const blocked = record ? undefined : inUse(step, write, state, user);
  const whose = record && whoseIs(record, vifId, user);
  return {
    differences,
    ...(blocked ? { blocked } : differences.length > 0 && { change: write }),
    ...(whose && { found: whose }),
  };
}

function inspectRelease(
  step: VfStep,
  vifMac: string,
  vifId: string,
  state: VfState,
  record: VfRecord | undefined,
): Inspection<VfWrite> {
  const isOwn = record !== undefined && isSameVif(record.vifId, vifId);
  const givenBack = isOwn
    ? toGiveBack(record, state, vifMac)
    : settingsWithoutRecord(step, vifMac, state, record);
  const write: VfRelease = { kind: 'release', ...diffVf(givenBack ?? {}, state), record };
  const differences = differencesOf(write, state, null, isOwn ? record.vifId : null);
  return {
    differences,
    ...(differences.length > 0 && { change: write }),
    ...(givenBack === undefined && { isLost: true }),
  };
}

/** Undefined if the function no longer belongs to the VIF, according to its record or its address. */
function settingsWithoutRecord(
  step: VfStep,
  vifMac: string,
  { mac }: VfState,
  record: VfRecord | undefined,
): VfSettings | undefined {
  if (record) return undefined;
  if (mac.toLowerCase() === vifMac.toLowerCase()) return settingsOf(step);
  return mac === NO_MAC ? {} : undefined;
}

/** The owner of a function according to its record. Without a record, it has no known owner. */
function whoseIs(record: VfRecord, vifId: string, usedBy: string | undefined): Found {
  if (isSameVif(record.vifId, vifId)) return { whose: 'this' };
  if (usedBy === undefined) return { whose: 'other', vifId: record.vifId, isIdle: true };
  return { whose: 'other', vifId: record.vifId, usedBy };
}

/** A function without a record may still belong to somebody else, such as Nova or an operator. */
function inUse(
  { address, mac }: VfStep,
  { set }: VfGiving,
  state: VfState,
  user: string | undefined,
): VifError | undefined {
  if (isEmpty(set) || user === undefined) return undefined;
  if (mac?.toLowerCase() === state.mac.toLowerCase()) return undefined;
  const text =
    `Virtual function ${address} is in use by ${user}. ` +
    'Stop the guest that has it, or choose another function';
  return new VifError('LINK_BUSY', text);
}

/**
 * What a write changes. A change of the holder is listed only if nothing else changes: otherwise it is implied by the
 * settings.
 * @param vifId the VIF that the record will name; null if the record is removed
 * @param holder the VIF that the record currently names; null without a record
 */
function differencesOf(
  { set }: VfWrite,
  state: VfState,
  vifId: string | null,
  holder: string | null,
): Difference[] {
  if (!isEmpty(set)) return differencesFrom(set, state);
  const isSame = holder === vifId || (holder !== null && vifId !== null && isSameVif(holder, vifId));
  return isSame ? [] : [{ attribute: 'holder', expected: vifId, actual: holder }];
}

function settingsOf({ mac, vlan, trust }: VfStep): VfSettings {
  return {
    ...(mac !== undefined && { mac }),
    ...(vlan !== undefined && { vlan }),
    ...(trust !== undefined && { trust }),
  };
}
