import { type Routing, routings } from '../nova/request.js';
import type { StaticComponent } from './declaration.js';

/** A VIF type as the legacy path spells it: `802.1qbg` becomes `802qbg`; all others are unchanged. */
export function slugOf(type: string): string {
  return type.replaceAll('2.1q', '2q');
}

/** The keys under which a declared class is found. No other class of its role may have any of them. */
export function slotsOf(declaration: StaticComponent): readonly [string, ...string[]] {
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
