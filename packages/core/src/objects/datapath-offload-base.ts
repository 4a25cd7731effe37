import { versionedObject } from './registry.js';
import { type FieldsOf, VersionedObject } from './versioned-object.js';

/** What all kinds of offloading a port's traffic have in common: nothing yet. */
@versionedObject({ name: 'DatapathOffloadBase', version: '1.0' })
export class DatapathOffloadBase extends VersionedObject {
  constructor(fields: FieldsOf<DatapathOffloadBase>) {
    super(fields);
  }
}
