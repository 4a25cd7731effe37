import { field } from '../schema/field.js';
import { versionedObject } from './registry.js';
import { SubnetList } from './subnet-list.js';
import { type FieldsOf, VersionedObject } from './versioned-object.js';

/**
 * The network that a VIF is connected to. Version 1.1 added `mtu`.
 *
 * As in os-vif, `subnets`, `multi_host`, the two `should_provide_*` and `mtu` are set when they are left out.
 */
@versionedObject({ name: 'Network', version: '1.1' })
export class Network extends VersionedObject {
  @field.uuid()
  declare readonly id?: string;

  /** The bridge of this network on the host. */
  @field.linkName()
  declare readonly bridge?: string;

  @field.text()
  declare readonly label?: string;

  @field.object(() => SubnetList, { initial: () => new SubnetList({ objects: [] }) })
  declare readonly subnets: SubnetList;

  /** Whether each host has a network node of its own. */
  @field.boolean({ initial: () => false })
  declare readonly multi_host: boolean;

  /** Whether the host has to make the bridge. */
  @field.boolean({ initial: () => false })
  declare readonly should_provide_bridge: boolean;

  /** Whether the host has to make the VLAN device. */
  @field.boolean({ initial: () => false })
  declare readonly should_provide_vlan: boolean;

  /** The host's link that becomes a member of the bridge, or carries the VLAN. */
  @field.linkName({ nullable: true })
  declare readonly bridge_interface?: string | null;

  @field.vlanId({ nullable: true, digits: true })
  declare readonly vlan?: number | null;

  /** In bytes; null, and 0 as well, says that the network has none of its own. */
  @field.mtu({ nullable: true, digits: true, zero: true, initial: () => null, since: '1.1' })
  declare readonly mtu: number | null;

  constructor(fields: FieldsOf<Network>) {
    super(fields);
  }
}
