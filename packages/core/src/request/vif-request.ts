import type { NetworkVif } from '../model/network-vif.js';
import type { VIFBase } from '../objects/vif-base.js';
import type { Flavor } from './flavor.js';
import type { HostCapabilities } from './host-capabilities.js';
import type { Image } from './image.js';
import type { Instance } from './instance.js';
import type { Routing } from './routing.js';

/** A VIF, and what its plugging and its configuration depend on: checked, with defaults filled in. */
export interface VifRequest {
  /** The request's own id, or the VIF's. */
  readonly id: string;
  readonly vif: NetworkVif | VIFBase;
  readonly instance: Instance;
  readonly flavor: Flavor;
  readonly image: Image;
  /** Only what the request says of the host. */
  readonly host: Partial<HostCapabilities>;
  /** Whether the host filters the traffic of VIFs that the network service does not filter. */
  readonly hostFilters: boolean;
  /** Whose rules the request asks for, if it does. */
  readonly routing?: Routing;
}
