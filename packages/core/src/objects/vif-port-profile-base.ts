import { field } from '../schema/field.js';
import { DatapathOffloadBase } from './datapath-offload-base.js';
import { versionedObject } from './registry.js';
import { type FieldsOf, VersionedObject } from './versioned-object.js';

/** What all port profiles have in common. Version 1.1 added `datapath_offload`. */
@versionedObject({ name: 'VIFPortProfileBase', version: '1.1' })
export class VIFPortProfileBase extends VersionedObject {
  @field.object(() => DatapathOffloadBase, { nullable: true, subclasses: true, since: '1.1' })
  declare readonly datapath_offload?: DatapathOffloadBase | null;

  /** Nothing at all: makes TypeScript tell classes apart that have the same fields. Each class declares its own. */
  declare protected readonly nominal: unknown;

  constructor(fields: FieldsOf<VIFPortProfileBase>) {
    super(fields);
  }
}
