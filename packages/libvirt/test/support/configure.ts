import type { GuestDevice } from '@vifkit/core';
import { LibvirtGuestConfigurator } from '../../src/index.js';
import { legacyAnswers } from './legacy-backends.js';
import { conversions } from './objects.js';
import { type ConfigVector, contextOf } from './vectors.js';

const guests = new LibvirtGuestConfigurator();

/** Configures a vector's VIF on the path that the reference takes. */
export function configure(vector: ConfigVector): GuestDevice {
  const { vif } = vector;
  const convert = conversions[vif.type];
  if (convert) return guests.forObject(convert(vector), contextOf(vector));
  const answer = legacyAnswers[vif.type];
  if (!answer) throw new Error(`No driver here for ${vif.type}`);
  return guests.forBackend(answer(vector), vif.address, contextOf(vector));
}
