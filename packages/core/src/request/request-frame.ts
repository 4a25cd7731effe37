import { field } from '../schema/field.js';
import { refusesUnknownKeys } from '../schema/field-store.js';
import { Flavor } from './flavor.js';
import { HostCapabilities } from './host-capabilities.js';
import { Image } from './image.js';
import { Instance } from './instance.js';
import { type Routing, routings } from './routing.js';

/**
 * A request but for its VIF. `op`, `expect` and `reference_commands` are what a row of the conformance vectors has
 * besides: it is a request as it stands.
 */
@refusesUnknownKeys('vif', 'op', 'expect', 'reference_commands')
export class RequestFrame {
  @field.text()
  declare readonly id?: string;

  @field.object(() => Instance, { required: true })
  declare readonly instance: Instance;

  @field.object(() => Flavor, { initial: () => ({}) })
  declare readonly flavor: Flavor;

  @field.object(() => Image, { initial: () => ({}) })
  declare readonly image: Image;

  @field.object(() => HostCapabilities, { initial: () => ({}) })
  declare readonly host: Partial<HostCapabilities>;

  /** `iptables`: the host filters where the network service does not. */
  @field.enum(['noop', 'iptables'])
  declare readonly firewall?: 'noop' | 'iptables';

  /** The same, as `parseRequest` tells it: what it returns is a request, too. */
  @field.boolean()
  declare readonly hostFilters?: boolean;

  /** Whose rules the request is answered by; without it, the driver's own choice. */
  @field.enum(routings)
  declare readonly routing?: Routing;
}
