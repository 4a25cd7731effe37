import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Level } from '../../src/fields/field-spec.js';
import { fromPrimitive, toPrimitive } from '../../src/os-vif.js';
import { arbitraryPrimitive } from './support/arbitrary-primitive.js';
import { classes } from './support/classes.js';

describe.each(classes)('%s, with any values and any fields unset', (_, type) => {
  const given = (check: (primitive: ReturnType<typeof toPrimitive>) => void, level: Level = 'wire') =>
    fc.assert(fc.property(arbitraryPrimitive(type, level), check), { numRuns: 30 });

  it('is written as it was read', () => {
    given((primitive) => {
      const object = fromPrimitive(primitive);
      expect(object).toBeInstanceOf(type);
      expect(toPrimitive(object)).toEqual(primitive);
      expect(fromPrimitive(JSON.parse(JSON.stringify(object))).equals(object)).toBe(true);
    });
  });

  it('is equal to its copy, if it may be plugged', () => {
    given((primitive) => {
      const object = fromPrimitive(primitive);
      expect(object.copy().equals(object)).toBe(true);
    }, 'plug');
  });

  it('is equal to no object that has other fields set', () => {
    given((primitive) => {
      const object = fromPrimitive(primitive);
      const [first] = Object.keys(object);
      if (first === undefined) {
        expect(primitive['versioned_object.data']).toEqual({});
        return;
      }
      const lacking = { ...primitive['versioned_object.data'] };
      Reflect.deleteProperty(lacking, first);
      const other = fromPrimitive({ ...primitive, 'versioned_object.data': lacking });
      // What os-vif always sets is set again, maybe to the value that it had.
      expect(other.equals(object) && !Object.hasOwn(other, first)).toBe(false);
    });
  });
});
