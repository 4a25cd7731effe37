import { currentRows, hostRows } from '../vectors/rows.js';

function requestOf(row: object, vif: unknown) {
  const { instance, flavor, image, host, firewall } = row as Record<string, unknown>;
  return { id: 'fuzz', vif, instance, flavor, image, host, firewall };
}

const ofTypes = new Map<string, object>(
  hostRows.flatMap((row) => (row.vif.type === null ? [] : [[row.vif.type, requestOf(row, row.vif)]])),
);

/** By class, and the class of its port profile. */
const ofClasses = new Map<string, object>(
  currentRows.flatMap((row) => {
    const { object } = row.expect;
    if (!object) return [];
    const classes = JSON.stringify(object).match(/"versioned_object.name":"\w+"/g) ?? [];
    return [[classes.sort().join(), requestOf(row, { ...object })]];
  }),
);

/** A good request of every VIF type, and of every class of VIF objects with each of its port profiles. */
export const baseRequests: readonly object[] = [...ofTypes.values(), ...ofClasses.values()];
