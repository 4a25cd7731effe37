import type { WireType } from '../validation/wire-rules.js';
import type { ScalarType } from './field-spec.js';

/** What os-vif's fields are that go by our rules, unless a declaration says otherwise. */
const wireTypes = {
  linkName: 'text',
  socketPath: 'text',
  text: 'text',
  uuid: 'uuid',
  mac: 'mac',
  pci: 'pci',
  ip: 'ip',
  cidr: 'cidr',
  boolean: 'boolean',
  integer: 'integer',
} as const satisfies Record<ScalarType['kind'], WireType>;

/** The type that os-vif's field is of. */
export function wireTypeOf(type: ScalarType) {
  return ('wire' in type && type.wire) || wireTypes[type.kind];
}
