import type { GuestContext, Routing } from '@vifkit/core/nova';
import { current } from './current.js';
import type { Dialect } from './dialect.js';
import { newton } from './newton.js';

const dialects: Readonly<Record<Routing, Dialect>> = { newton, current };

export function dialectOf({ routing }: GuestContext): Dialect {
  return dialects[routing];
}
