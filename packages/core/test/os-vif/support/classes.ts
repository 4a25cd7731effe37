import * as objects from '../../../src/os-vif.js';

type ObjectClass = new (fields: object) => objects.VersionedObject;

/** All classes of os-vif's object model, by name. */
export const classes = Object.entries(objects).filter(
  (entry): entry is [string, ObjectClass] =>
    typeof entry[1] === 'function' && entry[1].prototype instanceof objects.VersionedObject,
);
