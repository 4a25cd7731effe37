import { isSameVif, isVifError, VifError } from '@vifkit/core';
import type { Difference, Found, Inspection } from '@vifkit/core/step-kinds';
import type { VfStep } from '@vifkit/core/steps';
import { leftByFormer, NO_MAC, toGiveBack } from './given-back.js';
import { differencesFrom, diffVf, isEmpty, type VfDiff } from './vf-changes.js';
import type { VfRecord } from './vf-journal.js';
import type { FoundVf, VfSettings, VfState } from './vf-table.js';

/** What a plug writes to a function, once it has recorded what the function had. */
export interface VfGiving extends VfDiff {
  readonly kind: 'give';
  /** What is recorded of the function so far. */
  readonly record: VfRecord | undefined;
  readonly state: VfState;
  /** All that the function is to have, be it written or not. */
  readonly wanted: VfSettings;
}

/** What an unplug puts back, before the record goes. */
interface VfRelease extends VfDiff {
  readonly kind: 'release';
  readonly record: VfRecord | undefined;
}

export type VfWrite = VfGiving | VfRelease;

/**
 * Compares a step of a VIF with its function, and with what is recorded of it.
 * @param together all steps of the VIF about the function, this one too
 */
export function inspectVf(
  step: VfStep,
  vifId: string,
  found: FoundVf | VifError | undefined,
  record: VfRecord | VifError | undefined,
  together: readonly VfStep[],
): Inspection<VfWrite> {
  if (found === undefined || isVifError(found)) {
    const text = `There is no PCI device ${step.address} on this host`;
    const blocked = found ?? new VifError('PCI_DEVICE_NOT_FOUND', text);
    return { differences: [{ attribute: 'exists', expected: true, actual: false }], blocked };
  }
  const { users = [], ...state } = found;
  if (isVifError(record)) {
    const differences = differencesFrom(settingsOf(step), state);
    // A plug that has nothing to write has nothing to record either.
    return step.restore || differences.length > 0 ? { differences, blocked: record } : { differences };
  }
  const { restore } = step;
  if (restore) return inspectRelease(step, restore.vifMac, vifId, state, record);
  const isIts = record !== undefined && isSameVif(record.vifId, vifId);
  const left = isIts ? leftByFormer(record, state, together.map(settingsOf)) : {};
  return inspectGiving(step, { ...left, ...settingsOf(step) }, vifId, state, record, users);
}

/** @param wanted what the function is to have: what the step says, and what the VIF's former request is to leave */
function inspectGiving(
  step: VfStep,
  wanted: VfSettings,
  vifId: string,
  state: VfState,
  record: VfRecord | undefined,
  users: readonly string[],
): Inspection<VfWrite> {
  const write: VfGiving = { kind: 'give', ...diffVf(wanted, state), record, state, wanted };
  const holder = record && !isSameVif(record.vifId, vifId) ? record.vifId : undefined;
  const differences = differencesOf(write, state, vifId, holder);
  const blocked = record ? undefined : inUse(step, write, state, users);
  const whose = record && whoseIs(record, vifId, users);
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
  const isIts = record !== undefined && isSameVif(record.vifId, vifId);
  const givenBack = isIts
    ? toGiveBack(record, state, vifMac)
    : settingsWithoutRecord(step, vifMac, state, record);
  const write: VfRelease = { kind: 'release', ...diffVf(givenBack ?? {}, state), record };
  const differences = differencesOf(write, state, null, isIts ? record.vifId : undefined);
  return {
    differences,
    ...(differences.length > 0 && { change: write }),
    ...(givenBack === undefined && { isLost: true }),
  };
}

/** Undefined where the function is not the VIF's any more, by its record or its address. */
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

/** Whose a function is by its record. Where nothing is recorded, it is nobody's in particular. */
function whoseIs(record: VfRecord, vifId: string, users: readonly string[]): Found {
  if (isSameVif(record.vifId, vifId)) return { whose: 'this' };
  const [usedBy] = users;
  if (usedBy === undefined) return { whose: 'other', vifId: record.vifId, isIdle: true };
  return { whose: 'other', vifId: record.vifId, usedBy };
}

/** A function that nothing is recorded of may be another's nonetheless: Nova's, or an operator's. */
function inUse(
  { address, mac }: VfStep,
  { set }: VfGiving,
  state: VfState,
  users: readonly string[],
): VifError | undefined {
  const [user] = users;
  if (isEmpty(set) || user === undefined) return undefined;
  if (mac?.toLowerCase() === state.mac.toLowerCase()) return undefined;
  const text =
    `Virtual function ${address} is in use: ${user} lies upon its device. ` +
    'Stop the guest that has it, or choose another function';
  return new VifError('LINK_BUSY', text);
}

/**
 * What a write changes. A holder that changes is told only where it is all there is: otherwise it goes along with the settings.
 * @param holder whom the record names until now, if it is to name another, or to go
 */
function differencesOf(
  { set }: VfWrite,
  state: VfState,
  vifId: string | null,
  holder: string | undefined,
): Difference[] {
  if (!isEmpty(set)) return differencesFrom(set, state);
  return holder === undefined ? [] : [{ attribute: 'holder', expected: vifId, actual: holder }];
}

function settingsOf({ mac, vlan, trust }: VfStep): VfSettings {
  return {
    ...(mac !== undefined && { mac }),
    ...(vlan !== undefined && { vlan }),
    ...(trust !== undefined && { trust }),
  };
}
