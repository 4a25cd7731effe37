import { type Routing, routings } from '../nova/request.js';
import type { Declaration } from './declaration.js';
import { slugOf } from './slug.js';

/** The keys under which a declared class is found; no other of its role may have one of them. */
export function slotsOf(declaration: Declaration): readonly [string, ...string[]] {
  switch (declaration.role) {
    case 'plugin':
      return [declaration.name];
    case 'driver':
      return [slugOf(declaration.type)];
    case 'converter': {
      const { type, routing } = declaration;
      if (routing) return [converterSlot(type, routing)];
      const [first, ...others] = routings;
      return [converterSlot(type, first), ...others.map((each) => converterSlot(type, each))];
    }
  }
}

export function converterSlot(type: string, routing: Routing): string {
  return `${routing} ${type}`;
}
