import type { HostFacts } from '@vifkit/core';
import type { OvsOptions } from '../ovs-options.js';

/** What the plan of a plug depends on besides the VIF. */
export interface PlugContext {
  readonly instanceUuid: string;
  readonly facts: HostFacts;
  readonly options: OvsOptions;
}
