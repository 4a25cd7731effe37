import { type Rule, rules } from './rules.js';
import { isWireUuid } from './uuid.js';

/** What the types of os-vif's fields take. The names of links, paths and numbers of a range are no types there. */
export const wireRules = {
  text: { accepts: (value: unknown) => typeof value === 'string', says: 'must be text' },
  /** What os-vif's fields take is wider still, and warned of. */
  uuid: { accepts: isWireUuid, says: 'must be a UUID' },
  mac: rules.mac,
  pci: rules.pci,
  ip: rules.ip,
  cidr: rules.cidr,
  boolean: rules.boolean,
  /** Python's have no bounds; a larger one than this JSON.parse has already changed. */
  integer: { accepts: Number.isSafeInteger, says: 'must be an integer of at most 53 bits' },
} as const satisfies Record<string, Rule>;

export type WireType = keyof typeof wireRules;
