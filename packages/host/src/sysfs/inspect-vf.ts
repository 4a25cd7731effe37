import { type Inspection, isVifError, type VfStep, VifError } from '@vifkit/core';
import type { VfRecord } from '../journal/vf-journal.js';
import { compareVf, type VfSettings } from './vf-changes.js';
import type { VfState } from './vf-table.js';

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
  state: VfState | VifError | undefined,
  record: VfRecord | VifError | undefined,
): Inspection {
  if (state === undefined || isVifError(state)) {
    const text = `There is no PCI device ${step.address} on this host`;
    const blocked = state ?? new VifError('PCI_DEVICE_NOT_FOUND', text);
    return { differences: [{ attribute: 'exists', expected: true, actual: false }], blocked };
  }
  if (isVifError(record)) {
    const differences = compareVf(settingsOf(step), state);
    // A plug that has nothing to write has nothing to record either.
    return step.restore || differences.length > 0 ? { differences, blocked: record } : { differences };
  }
  const before: VfBefore = { state, record, wanted: wantedOf(step, vifId, state, record) };
  const settings = compareVf(before.wanted, state);
  return { differences: settings.length > 0 ? settings : holderDifference(step, vifId, record), before };
}

function wantedOf(step: VfStep, vifId: string, state: VfState, record: VfRecord | undefined): VfSettings {
  if (!step.restore) return settingsOf(step);
  if (record) return record.vifId === vifId ? formerOf(record, state) : {};
  return state.mac.toLowerCase() === step.restore.vifMac.toLowerCase() ? settingsOf(step) : {};
}

/**
 * The own device of a trusted function was given the VIF's address, and would claim it for the function at its next
 * start. That of any other keeps to what the function is given, and may not be set.
 */
function formerOf({ former: { deviceMac, ...former } }: VfRecord, { trust, deviceMac: present }: VfState) {
  const isSettable = trust === true && present !== undefined;
  return isSettable && deviceMac !== undefined ? { ...former, deviceMac } : former;
}

/** A record that is all there is to change: otherwise it goes along with the settings. */
function holderDifference({ restore }: VfStep, vifId: string, record: VfRecord | undefined) {
  if (!record || (record.vifId === vifId) !== (restore !== undefined)) return [];
  return [{ attribute: 'holder', expected: restore ? null : vifId, actual: record.vifId }];
}

function settingsOf({ mac, vlan, trust }: VfStep): VfSettings {
  return {
    ...(mac !== undefined && { mac }),
    ...(vlan !== undefined && { vlan }),
    ...(trust !== undefined && { trust }),
  };
}
