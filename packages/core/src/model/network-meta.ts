import { field } from '../schema/field.js';
import { keepsUnknownKeys } from '../schema/field-store.js';

/** What Nova's network model notes of a network besides. */
@keepsUnknownKeys
export class NetworkMeta {
  /** In bytes. Nova writes 0 for a network whose MTU Neutron does not tell. */
  @field.mtu({ digits: true, zero: true })
  declare readonly mtu?: number;

  /** The host's link that becomes a member of the bridge. */
  @field.linkName()
  declare readonly bridge_interface?: string;

  /** The host's link below a macvtap device. */
  @field.linkName()
  declare readonly interface?: string;

  @field.boolean()
  declare readonly should_create_bridge?: boolean;

  @field.boolean()
  declare readonly should_create_vlan?: boolean;

  @field.vlanId({ digits: true })
  declare readonly vlan?: number;

  @field.boolean()
  declare readonly multi_host?: boolean;

  @field.boolean()
  declare readonly injected?: boolean;

  @field.text()
  declare readonly physical_network?: string;

  readonly [key: string]: unknown;
}
