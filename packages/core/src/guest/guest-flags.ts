import { VifError } from '../errors/vif-error.js';
import type { Flavor } from '../request/flavor.js';
import type { Image } from '../request/image.js';

/** What a guest is made from. */
interface GuestMakings {
  readonly flavor: Flavor;
  readonly image: Image;
}

const yes = new Set(['1', 't', 'true', 'on', 'y', 'yes']);

/** Whether a property says yes, as oslo.utils' `bool_from_string` reads it: anything unknown is a no. */
export function isTrue(property: unknown): boolean {
  return yes.has(String(property).trim().toLowerCase());
}

/**
 * A feature that flavor (`hw:NAME`) or image (`hw_NAME`) may ask for, by the rules of today's Nova.
 * @throws VifError INVALID_REQUEST if one says yes and the other no
 */
export function guestFlag({ flavor, image }: GuestMakings, name: string): boolean {
  const ofFlavor = flavor.extra_specs[`hw:${name}`];
  const ofImage = image.properties[`hw_${name}`];
  const said = [ofFlavor, ofImage].filter((value) => value !== undefined).map(isTrue);
  if (new Set(said).size > 1) {
    const text = `The flavor's hw:${name} '${ofFlavor}' contradicts the image's hw_${name} '${ofImage}'`;
    throw new VifError('INVALID_REQUEST', text);
  }
  return said[0] ?? false;
}

/**
 * Whether a guest's virtio cards are to have a queue for each vCPU, by the rules of today's Nova: one vCPU has no use
 * for several.
 * @throws VifError INVALID_REQUEST if flavor and image contradict each other
 */
export function wantsMultiqueue(guest: GuestMakings): boolean {
  return guest.flavor.vcpus > 1 && guestFlag(guest, 'vif_multiqueue_enabled');
}
