import { VifError } from '@vifkit/core';
import type { Flavor } from '@vifkit/core/nova';

/** A limit of one direction: rates in KiB/s, the burst in KiB, as decimal numbers. */
export interface BandwidthLimit {
  readonly average: string;
  readonly peak?: string;
  readonly burst?: string;
}

/** What a guest may receive (inbound) and send (outbound). */
export interface Bandwidth {
  readonly inbound?: BandwidthLimit;
  readonly outbound?: BandwidthLimit;
}

/**
 * The limits in a flavor's `quota:vif_*`, if there are any. A direction without an average has no limit,
 * because libvirt takes a peak or burst only along with one.
 * @throws VifError INVALID_REQUEST for a quota that is not a decimal number
 */
export function bandwidthOf(flavor: Flavor): Bandwidth | undefined {
  const inbound = limitOf(flavor, 'inbound');
  const outbound = limitOf(flavor, 'outbound');
  return inbound || outbound ? { ...(inbound && { inbound }), ...(outbound && { outbound }) } : undefined;
}

function limitOf(flavor: Flavor, direction: 'inbound' | 'outbound'): BandwidthLimit | undefined {
  const average = quota(flavor, `quota:vif_${direction}_average`);
  const peak = quota(flavor, `quota:vif_${direction}_peak`);
  const burst = quota(flavor, `quota:vif_${direction}_burst`);
  if (average === undefined) return undefined;
  return { average, ...(peak !== undefined && { peak }), ...(burst !== undefined && { burst }) };
}

function quota({ extra_specs }: Flavor, key: string): string | undefined {
  const value = extra_specs[key];
  if (value === undefined || /^\d+$/.test(value)) return value;
  throw new VifError('INVALID_REQUEST', `The flavor's ${key} must be a decimal number, not '${value}'`);
}
