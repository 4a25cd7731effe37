import type { Owned } from '@vifkit/core';
import type { OvsMarked } from './state.js';

/** What removes the ports and bridges with our mark; a bridge goes once it is idle. */
export function ownedByMark({ ports, bridges }: OvsMarked): Owned[] {
  return [
    ...ports.map(({ name, vifId }): Owned => ({ vifId, step: { kind: 'ovsPortAbsent', name, own: false } })),
    ...bridges.map(
      ({ name, vifId }): Owned => ({ vifId, step: { kind: 'ovsBridgeAbsent', name, own: false } }),
    ),
  ];
}
