import { quote } from '../errors/quote.js';
import { VifError } from '../errors/vif-error.js';
import type { Flavor, HostCapabilities } from './request.js';

// What libvirt would refuse, or drop silently. A plug refuses it as the configuration does: otherwise a host would be
// prepared for a guest that cannot start.

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
 * @throws VifError INVALID_REQUEST for a quota that is not a decimal number, or too large for libvirt
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

/** The maximum in libvirt's schema: 32 bits, which is 4 TiB/s. */
const greatestQuota = 0xffff_ffff;

/**
 * A quota; undefined if there is none. 0 means no limit too: Nova passes it on, and libvirt then drops the attribute, and
 * the whole direction for an average of 0. Its schema has no 0, so it is left out here.
 */
function quota({ extra_specs }: Flavor, key: string): string | undefined {
  const value = extra_specs[key];
  if (value === undefined) return undefined;
  if (!/^\d+$/.test(value)) throw refusedQuota(key, 'must be a decimal number', value);
  if (Number(value) > greatestQuota) throw refusedQuota(key, `must be at most ${greatestQuota}`, value);
  return Number(value) === 0 ? undefined : value;
}

function refusedQuota(key: string, rule: string, value: string): VifError {
  return new VifError('INVALID_REQUEST', `The flavor's ${key} ${rule}, not ${quote(value)}`);
}

/** How libvirt begins the names that it makes up. */
const generated = ['vnet', 'macvtap', 'macvlan'];

/**
 * Refuses a name for a link that libvirt is to make, if libvirt would take it for one of those that it makes up itself.
 * It drops such a name from a guest's configuration, and the link gets another one, which nobody here would look for.
 * @throws VifError INVALID_VIF
 */
export function requireLastingName(
  name: string,
  { virt_type }: Pick<HostCapabilities, 'virt_type'>,
  vifId?: string,
): void {
  const prefix = [...generated, ...(virt_type === 'xen' ? ['vif'] : [])].find((each) =>
    name.startsWith(each),
  );
  if (prefix === undefined) return;
  const text =
    `The guest's link cannot be named ${quote(name)}: libvirt takes names that begin with '${prefix}' for those that it ` +
    'makes up itself, and would give the link another one. Choose another devname or vif_name, such as tap0';
  throw new VifError('INVALID_VIF', text, { vifId });
}
