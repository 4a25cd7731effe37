import { field } from '../schema/field.js';
import { versionedObject } from './registry.js';
import { Route } from './route.js';
import { type FieldsOf, VersionedObject } from './versioned-object.js';

/** A list of Route objects. */
@versionedObject({ name: 'RouteList', version: '1.0' })
export class RouteList extends VersionedObject {
  @field.list(() => Route, { required: true })
  declare readonly objects: readonly Route[];

  constructor(fields: FieldsOf<RouteList, 'objects'>) {
    super(fields);
  }
}
