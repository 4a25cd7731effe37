import * as osVif from '@vifkit/core/os-vif';
import fc from 'fast-check';
import {
  type DeclaredClass,
  type FieldSpec,
  type FieldType,
  fieldsOf,
} from '../../packages/core/src/fields/field-spec.js';

type ObjectClass = new (fields: object) => osVif.VersionedObject;

/** All classes of versioned objects that core has, by name. */
export const objectClasses: ReadonlyMap<string, ObjectClass> = new Map(
  Object.entries(osVif).filter((entry): entry is [string, ObjectClass] => isObjectClass(entry[1])),
);

function isObjectClass(value: unknown): value is ObjectClass {
  return (
    typeof value === 'function' &&
    value !== osVif.VersionedObject &&
    value.prototype instanceof osVif.VersionedObject
  );
}

/** Objects of a class with random fields set, to random values of those that a plug takes, in any spelling. */
export function objectOf(type: DeclaredClass): fc.Arbitrary<osVif.VersionedObject> {
  const specs = [...fieldsOf(type.prototype)];
  const fields = Object.fromEntries(specs.map(([name, spec]) => [name, fieldValues(spec)]));
  const requiredKeys = specs.filter(([, { required }]) => required).map(([name]) => name);
  return fc.record(fields, { requiredKeys }).map((values) => {
    return new (type as ObjectClass)({ ...values }); // a plain object has a prototype of its realm
  });
}

function fieldValues({ type, nullable }: FieldSpec): fc.Arbitrary<unknown> {
  return nullable ? fc.option(valuesOf(type), { freq: 4 }) : valuesOf(type);
}

function valuesOf(type: FieldType): fc.Arbitrary<unknown> {
  switch (type.kind) {
    case 'boolean':
      return fc.boolean();
    case 'integer':
      return fc.integer({ min: type.min, max: type.max });
    case 'enum':
      return fc.constantFrom(...type.values);
    case 'list':
      return fc.array(valuesOf(type.items), { maxLength: 3 });
    case 'object':
      return fc.oneof(...classesFor(type.type(), type.subclasses).map(objectOf));
    case 'strings':
    case 'map':
      throw new Error(`os-vif has no field of the kind ${type.kind}`);
    default:
      return texts[type.kind];
  }
}

function classesFor(type: DeclaredClass, subclasses: boolean): DeclaredClass[] {
  if (!subclasses) return [type];
  return [...objectClasses.values()].filter((each) => each === type || each.prototype instanceof type);
}

const hex = (length: number) => fc.stringMatching(new RegExp(`^[0-9a-fA-F]{${length}}$`));
const address = fc.oneof(fc.ipV4(), fc.ipV6());

const texts = {
  uuid: fc.uuid(),
  mac: fc
    .tuple(
      fc.constantFrom(':', '-'),
      fc.stringMatching(/^[0-9a-fA-F][02468aceACE]$/),
      fc.array(hex(2), { minLength: 5, maxLength: 5 }),
    )
    .map(([by, ...octets]) => octets.flat().join(by)),
  pci: fc.tuple(hex(4), hex(2), fc.stringMatching(/^[01][0-9a-f]\.[0-7]$/)).map((parts) => parts.join(':')),
  ip: address,
  cidr: fc
    .oneof(
      fc.tuple(fc.ipV4(), fc.integer({ min: 0, max: 32 })),
      fc.tuple(fc.ipV6(), fc.integer({ min: 0, max: 128 })),
    )
    .map((parts) => parts.join('/')),
  linkName: fc.stringMatching(/^[a-z][a-z0-9_.+-]{3,14}$/).filter((name) => !/^(default|if\d+)$/.test(name)),
  text: fc
    .string({ unit: 'grapheme', maxLength: 40 })
    .filter((text) => !/[\p{Cc}\p{Cs}\uFFFE\uFFFF]/u.test(text)),
  portProfile: fc.stringMatching(/^[ -~]{1,39}$/),
  socketPath: fc.stringMatching(/^\/[a-z0-9/._-]{0,100}$/),
} as const satisfies Partial<Record<FieldType['kind'], fc.Arbitrary<string>>>;
