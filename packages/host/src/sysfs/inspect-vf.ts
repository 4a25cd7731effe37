import { isSameVif, isVifError, VifError } from '@vifkit/core';
import type { VfStep } from '@vifkit/core/steps';
import { type Found, type Inspection } from '@vifkit/engine/former';
import { NO_MAC, toGiveBack } from './given-back.js';
import { compareVf } from './vf-changes.js';
import type { VfRecord } from './vf-journal.js';
import type { FoundVf, VfSettings, VfState } from './vf-table.js';

/** What is noted of a function when its step is compared with it. */
export interface VfBefore {
  readonly state: VfState;
  readonly record: VfRecord | undefined;
  /** What the step comes to on this function. */
  readonly wanted: VfSettings;
}

/** Compares a step of a VIF with its function, and with what is recorded of it. */
export function inspectVf(
  step: VfStep,
  vifId: string,
  found: FoundVf | VifError | undefined,
  record: VfRecord | VifError | undefined,
): Inspection {
  if (found === undefined || isVifError(found)) {
    const text = `There is no PCI device ${step.address} on this host`;
    const blocked = found ?? new VifError('PCI_DEVICE_NOT_FOUND', text);
    return { differences: [{ attribute: 'exists', expected: true, actual: false }], blocked };
  }
  const { users = [], ...state } = found;
  if (isVifError(record)) {
    const differences = compareVf(settingsOf(step), state);
    // A plug that has nothing to write has nothing to record either.
    return step.restore || differences.length > 0 ? { differences, blocked: record } : { differences };
  }
  const { restore } = step;
  if (restore) return inspectRelease(step, restore.vifMac, vifId, state, record);
  const wanted = settingsOf(step);
  const settings = compareVf(wanted, state);
  const differences = settings.length > 0 ? settings : holderDifference(step, vifId, record);
  const before: VfBefore = { state, record, wanted };
  const busy = differences.length > 0 && !record ? inUse(step, state, users) : undefined;
  const whose = whoseIs(record, vifId, users);
  return { differences, before, ...(busy && { blocked: busy }), ...(whose && { found: whose }) };
}

function inspectRelease(
  step: VfStep,
  vifMac: string,
  vifId: string,
  state: VfState,
  record: VfRecord | undefined,
): Inspection {
  const isIts = record && isSameVif(record.vifId, vifId);
  const givenBack = isIts
    ? toGiveBack(record, state, vifMac)
    : settingsWithoutRecord(step, vifMac, state, record);
  const wanted = givenBack ?? {};
  const settings = compareVf(wanted, state);
  const before: VfBefore = { state, record, wanted };
  return {
    differences: settings.length > 0 ? settings : holderDifference(step, vifId, record),
    before,
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
function whoseIs(record: VfRecord | undefined, vifId: string, users: readonly string[]): Found | undefined {
  if (!record) return undefined;
  if (isSameVif(record.vifId, vifId)) return { whose: 'this' };
  const [usedBy] = users;
  if (usedBy === undefined) return { whose: 'other', vifId: record.vifId, isIdle: true };
  return { whose: 'other', vifId: record.vifId, usedBy };
}

/** A function that nothing is recorded of may be another's nonetheless: Nova's, or an operator's. */
function inUse({ address, mac }: VfStep, state: VfState, users: readonly string[]): VifError | undefined {
  const [user] = users;
  if (user === undefined || mac?.toLowerCase() === state.mac.toLowerCase()) return undefined;
  const text =
    `Virtual function ${address} is in use: ${user} lies upon its device. ` +
    'Stop the guest that has it, or choose another function';
  return new VifError('LINK_BUSY', text);
}

/** A record that is all there is to change: otherwise it goes along with the settings. */
function holderDifference({ restore }: VfStep, vifId: string, record: VfRecord | undefined) {
  if (!record || isSameVif(record.vifId, vifId) !== (restore !== undefined)) return [];
  return [{ attribute: 'holder', expected: restore ? null : vifId, actual: record.vifId }];
}

function settingsOf({ mac, vlan, trust }: VfStep): VfSettings {
  return {
    ...(mac !== undefined && { mac }),
    ...(vlan !== undefined && { vlan }),
    ...(trust !== undefined && { trust }),
  };
}
