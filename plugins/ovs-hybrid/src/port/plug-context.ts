import type { HostFacts, PortSettings, TapQueues } from '@vifkit/core';
import type { OvsOptions } from './ovs-options.js';

/** What the plan of a plug depends on besides the VIF. */
export interface PlugContext {
  readonly instanceUuid: string;
  readonly facts: HostFacts;
  /** What the guest's card asks of a tap. */
  readonly tap: TapQueues;
  /** What the request says of the port; undefined where Neutron settles it. */
  readonly port: PortSettings | undefined;
  readonly options: OvsOptions;
}
