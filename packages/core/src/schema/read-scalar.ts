import { isIpAddress } from '../validation/addresses.js';
import { canonical } from '../validation/canonical.js';
import type { ScalarType } from './field-spec.js';
import { wireTypeOf } from './wire-type.js';

/** A value in the one spelling that we keep it in; one that is not of the type is given back as it is. */
export function readScalar(type: ScalarType, value: unknown): unknown {
  if (typeof value !== 'string') return value;
  if (type.kind === 'integer') return type.digits && /^\d{1,10}$/.test(value) ? Number(value) : value;
  return canonical[type.kind]?.(value) ?? value;
}

/**
 * As oslo.versionedobjects coerces a value of the wire: numbers from text, and the other way round. What it would
 * make something else of (`true` of the text `no`, 5 of 5.7) is given back as it is.
 */
export function readWireScalar(type: ScalarType, value: unknown): unknown {
  const wire = wireTypeOf(type);
  switch (wire) {
    case 'integer':
      return toInteger(value);
    case 'boolean':
      return value === 0 || value === 1 ? value === 1 : value;
    case 'text':
      return Number.isSafeInteger(value) ? String(value) : value;
    default:
      return typeof value === 'string' ? (canonical[wire]?.(withPrefix(wire, value)) ?? value) : value;
  }
}

function toInteger(value: unknown): unknown {
  const isDecimal = typeof value === 'string' && /^\s*[+-]?\d+\s*$/.test(value);
  // Python's integers have no negative zero.
  return isDecimal || value === 0 ? Number(value) + 0 : value;
}

/** A network without a prefix length is that of its one address. */
function withPrefix(wire: string, text: string): string {
  if (wire !== 'cidr' || !isIpAddress(text)) return text;
  return `${text}/${text.includes(':') ? 128 : 32}`;
}
