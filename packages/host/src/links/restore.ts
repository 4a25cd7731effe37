import type { BridgeAttributes } from '@vifkit/core';
import type { Difference } from '@vifkit/engine';
import type { LinkState } from './link-state.js';
import type { LinkChange } from './link-table.js';

/** The change that gives a link back the attributes it had before the differences were corrected. */
export function restoringChange(differences: readonly Difference[], before: LinkState): LinkChange {
  const change: Record<string, unknown> = {};
  const bridge: Record<string, unknown> = {};
  for (const { attribute } of differences) {
    const [family, nested] = attribute.split('.');
    if (['addresses', 'routes', 'alias', 'multiQueue', 'owner'].includes(attribute)) continue; // they are no attributes to set
    if (family === 'bridge' && nested) bridge[nested] = before.bridge?.[nested as keyof BridgeAttributes];
    else if (attribute === 'master') change[attribute] = before.master ?? null;
    else change[attribute] = before[attribute as keyof LinkState];
  }
  return { ...change, ...(Object.keys(bridge).length > 0 && { bridge }) };
}
