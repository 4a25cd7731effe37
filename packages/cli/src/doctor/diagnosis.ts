import type { Requirement } from '@vifkit/core';
import type { Lack } from '@vifkit/host';
import type { ListedPlugin } from '../plugins/listed-plugin.js';

/** What a plugin lacks on this host. */
export type LackedNeed = Pick<Requirement, 'kind' | 'name'> & Lack;

/** A plugin or driver, and what this host lacks for it, as `vif doctor --format json` prints it. */
export interface Diagnosis extends Pick<ListedPlugin, 'package' | 'role' | 'name' | 'type' | 'error'> {
  readonly lacks: readonly LackedNeed[];
}
