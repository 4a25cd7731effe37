import { field } from '../schema/field.js';
import { refusesUnknownKeys } from '../schema/field-store.js';

/** The image's properties that concern network cards: `hw_vif_model`, `hw_vif_multiqueue_enabled`. */
@refusesUnknownKeys()
export class Image {
  /** Numbers and booleans of the input are here as their text: `true` is `'true'`. */
  @field.strings({ initial: () => ({}) })
  declare readonly properties: Readonly<Record<string, string>>;
}
