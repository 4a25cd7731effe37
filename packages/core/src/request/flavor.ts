import { field } from '../schema/field.js';
import { refusesUnknownKeys } from '../schema/field-store.js';

/** What a guest is made of, as far as its network cards are concerned. */
@refusesUnknownKeys()
export class Flavor {
  @field.integer({ min: 1, max: 1_000_000, initial: () => 1 })
  declare readonly vcpus: number;

  /** `quota:vif_inbound_average` and its like limit bandwidth, in KiB/s. */
  @field.strings({ initial: () => ({}) })
  declare readonly extra_specs: Readonly<Record<string, string>>;
}
