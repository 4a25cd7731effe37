import type { Owned } from '@vifkit/engine';
import type { LinkAddressing } from '../links/addresses/link-addresses.js';
import type { OvsMarked } from './state.js';

/**
 * What removes the ports and bridges with our mark; a bridge goes once it is idle. One that VIFs share serves the host too
 * if its local port has an address.
 */
export function ownedByMark(
  { ports, bridges }: OvsMarked,
  addressing: ReadonlyMap<string, LinkAddressing>,
): Owned[] {
  return [
    ...ports.map(({ name, vifId }): Owned => ({ vifId, step: { kind: 'ovsPortAbsent', name, own: false } })),
    ...bridges.flatMap(({ name, vifId }): Owned[] => {
      const servesHost = vifId === undefined && (addressing.get(name)?.addresses.length ?? 0) > 0;
      return servesHost ? [] : [{ vifId, step: { kind: 'ovsBridgeAbsent', name, own: false } }];
    }),
  ];
}
