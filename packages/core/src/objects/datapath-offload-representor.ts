import { field } from '../schema/field.js';
import { DatapathOffloadBase } from './datapath-offload-base.js';
import { versionedObject } from './registry.js';
import type { FieldsOf } from './versioned-object.js';

/** Traffic is switched in the card (switchdev); a representor stands for the virtual function on the host. */
@versionedObject({ name: 'DatapathOffloadRepresentor', version: '1.0' })
export class DatapathOffloadRepresentor extends DatapathOffloadBase {
  /** What to rename the representor to. */
  @field.linkName({ nullable: true })
  declare readonly representor_name?: string | null;

  /** The PCI address of the virtual function. */
  @field.pci({ nullable: true, wire: 'text' })
  declare readonly representor_address?: string | null;

  constructor(fields: FieldsOf<DatapathOffloadRepresentor>) {
    super(fields);
  }
}
