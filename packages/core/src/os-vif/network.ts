import { field } from '../fields/field.js';
import { versionedObject } from './registry.js';
import { type FieldsOf, VersionedObject } from './versioned-object.js';

/** A route that a subnet announces. */
@versionedObject({ name: 'Route', version: '1.0' })
export class Route extends VersionedObject {
  /** The destination. */
  @field.cidr()
  declare readonly cidr?: string;

  /** The address of the next hop. */
  @field.ip()
  declare readonly gateway?: string;

  /** The outgoing link. */
  @field.linkName()
  declare readonly interface?: string;

  constructor(fields: FieldsOf<Route>) {
    super(fields);
  }
}

/** A list of Route objects. */
@versionedObject({ name: 'RouteList', version: '1.0' })
export class RouteList extends VersionedObject {
  @field.list(() => Route, { required: true })
  declare readonly objects: readonly Route[];

  constructor(fields: FieldsOf<RouteList, 'objects'>) {
    super(fields);
  }
}

/** An address of a VIF. */
@versionedObject({ name: 'FixedIP', version: '1.0' })
export class FixedIP extends VersionedObject {
  /** An IPv4 or IPv6 address. */
  @field.ip()
  declare readonly address?: string;

  /** Addresses that are translated to it. */
  @field.ips()
  declare readonly floating_ips?: readonly string[];

  constructor(fields: FieldsOf<FixedIP>) {
    super(fields);
  }
}

/** A list of FixedIP objects. */
@versionedObject({ name: 'FixedIPList', version: '1.0' })
export class FixedIPList extends VersionedObject {
  @field.list(() => FixedIP, { required: true })
  declare readonly objects: readonly FixedIP[];

  constructor(fields: FieldsOf<FixedIPList, 'objects'>) {
    super(fields);
  }
}

/** A subnet of a network, with the addresses that the VIF has in it. */
@versionedObject({ name: 'Subnet', version: '1.0' })
export class Subnet extends VersionedObject {
  /** Its addresses, as in `10.0.0.0/24`. */
  @field.cidr()
  declare readonly cidr?: string;

  /** Name servers. */
  @field.ips()
  declare readonly dns?: readonly string[];

  /** The address of its router. */
  @field.ip()
  declare readonly gateway?: string;

  /** The addresses that the VIF has in it. */
  @field.object(() => FixedIPList)
  declare readonly ips?: FixedIPList;

  /** The routes that it announces. */
  @field.object(() => RouteList)
  declare readonly routes?: RouteList;

  /** The address of its DHCP server. */
  @field.ip()
  declare readonly dhcp_server?: string;

  constructor(fields: FieldsOf<Subnet>) {
    super(fields);
  }
}

/** A list of Subnet objects. */
@versionedObject({ name: 'SubnetList', version: '1.0' })
export class SubnetList extends VersionedObject {
  @field.list(() => Subnet, { required: true })
  declare readonly objects: readonly Subnet[];

  constructor(fields: FieldsOf<SubnetList, 'objects'>) {
    super(fields);
  }
}

/**
 * The network that a VIF is connected to. Version 1.1 added `mtu`.
 *
 * As in os-vif, `subnets`, `multi_host`, both `should_provide_*` fields and `mtu` are set to defaults if they are left
 * out.
 */
@versionedObject({ name: 'Network', version: '1.1' })
export class Network extends VersionedObject {
  /** Its id in the network service. */
  @field.uuid()
  declare readonly id?: string;

  /** The bridge of this network on the host. */
  @field.linkName()
  declare readonly bridge?: string;

  @field.text()
  declare readonly label?: string;

  @field.object(() => SubnetList, { initial: () => new SubnetList({ objects: [] }) })
  declare readonly subnets: SubnetList;

  /** Whether each host has its own network node. */
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

  /** In bytes; null and 0 both mean that the network specifies none. */
  @field.mtu({ nullable: true, digits: true, zero: true, initial: () => null, since: '1.1' })
  declare readonly mtu: number | null;

  constructor(fields: FieldsOf<Network>) {
    super(fields);
  }
}
