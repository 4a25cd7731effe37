import fc from 'fast-check';
import { type FieldType, fieldsOf, type Level, wireTypeOf } from '../../../src/fields/field-spec.js';
import { canonical, isLinkName, isPlainText, isPortProfile } from '../../../src/fields/values.js';
import { identityOfClass, registrationsWithin } from '../../../src/os-vif/registry.js';
import type { Primitive, PrimitiveValue } from '../../../src/os-vif.js';

const hex = (digits: number) =>
  fc.integer({ min: 0, max: 16 ** digits - 1 }).map((number) => number.toString(16).padStart(digits, '0'));
const text = fc.string({ unit: 'grapheme', maxLength: 20 }).filter(isPlainText);
const ipv6 = fc.ipV6().map((address) => canonical.ip?.(address) ?? address);

const macOf = (first: fc.Arbitrary<string>) =>
  fc
    .tuple(first, fc.array(hex(2), { minLength: 5, maxLength: 5 }))
    .map(([octet, others]) => [octet, ...others].join(':'));

const texts = {
  linkName: fc.stringMatching(/^[A-Za-z0-9_.+][A-Za-z0-9_.+-]{0,14}$/).filter(isLinkName),
  mac: macOf(fc.nat(127).map((half) => (2 * half).toString(16).padStart(2, '0'))),
  pci: fc
    .tuple(hex(4), hex(2), fc.nat(31), fc.nat(7))
    .map(([domain, bus, slot, fn]) => `${domain}:${bus}:${slot.toString(16).padStart(2, '0')}.${fn}`),
  ip: fc.oneof(fc.ipV4(), ipv6),
  cidr: fc.oneof(
    fc.tuple(fc.ipV4(), fc.nat(32)).map((parts) => parts.join('/')),
    fc.tuple(ipv6, fc.nat(128)).map((parts) => parts.join('/')),
  ),
  uuid: fc.uuid(),
  text,
  portProfile: text.filter(isPortProfile),
  socketPath: fc.stringMatching(/^\/[a-z0-9_/.-]{1,60}$/),
};

/** What os-vif's types take besides. */
const wireValues = {
  ...texts,
  boolean: fc.boolean(),
  mac: macOf(hex(2)),
  integer: fc.oneof(fc.maxSafeInteger(), fc.constantFrom(0, -1, 1, 70_000)),
  uuid: fc.oneof(
    fc.uuid(),
    fc.uuid().map((uuid) => uuid.replaceAll('-', '').toUpperCase()),
  ),
  text: fc.oneof(
    fc.string({ unit: 'binary', maxLength: 40 }),
    fc.string({ maxLength: 3_000, size: 'max' }),
    fc.constantFrom('', 'a'.repeat(20), '\0', '\ud800', '__proto__', '-all', 'tap0\nlink del eth0'),
  ),
};

/**
 * A class's wire form with any values that the level takes, and any fields unset but those that os-vif always sets.
 */
export function arbitraryPrimitive(
  type: { readonly prototype: object },
  level: Level = 'wire',
): fc.Arbitrary<Primitive> {
  const value = (of: FieldType) => (level === 'wire' ? wireValue(of) : plugValue(of));
  const { name, namespace, version } = identityOfClass(type);
  const fields = [...fieldsOf(type.prototype)];
  const always = fields.filter(([, { initial }]) => initial).map(([field]) => field);
  const values: Record<string, fc.Arbitrary<PrimitiveValue>> = Object.fromEntries(
    fields.map(([field, spec]) => [field, spec.nullable ? fc.option(value(spec.type)) : value(spec.type)]),
  );
  return fc.record(values, { requiredKeys: always, noNullPrototype: true }).map((data) => ({
    'versioned_object.name': name,
    'versioned_object.namespace': namespace,
    'versioned_object.version': version,
    'versioned_object.data': data,
  }));
}

function wireValue(type: FieldType): fc.Arbitrary<PrimitiveValue> {
  switch (type.kind) {
    case 'enum':
    case 'strings':
    case 'map':
      return plugValue(type);
    case 'object':
      return objectsOf(type, 'wire');
    case 'list':
      return fc.array(wireValue(type.items), { maxLength: 2 });
    default:
      return wireValues[wireTypeOf(type)];
  }
}

function objectsOf({ type, subclasses }: FieldType & { kind: 'object' }, level: Level) {
  const taken = registrationsWithin(type().prototype, subclasses);
  return fc.oneof(...taken.map((each) => arbitraryPrimitive(each.type, level)));
}

function plugValue(type: FieldType): fc.Arbitrary<PrimitiveValue> {
  switch (type.kind) {
    case 'boolean':
      return fc.boolean();
    case 'integer':
      return fc.integer({ min: type.min, max: type.max });
    case 'enum':
      return fc.constantFrom(...type.values);
    case 'object':
      return objectsOf(type, 'plug');
    case 'list':
      return fc.array(plugValue(type.items), { maxLength: 2 });
    case 'strings':
    case 'map':
      throw new Error('os-vif has no such field');
    default:
      return texts[type.kind];
  }
}
