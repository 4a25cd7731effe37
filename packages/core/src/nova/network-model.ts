import { Cursor } from '../fields/cursor.js';
import { field } from '../fields/field.js';
import {
  type DeclaredClass,
  fieldsOf,
  hasInstance,
  keepsUnknownKeys,
  nameKind,
} from '../fields/field-spec.js';
import { readInput } from '../fields/read-fields.js';
import { vsiRanges } from '../fields/values.js';

/** What libvirt calls the modes of a macvtap. The kernel calls the last one `passthru`. */
export const macvtapModes = ['vepa', 'private', 'bridge', 'passthrough'] as const;

/** One of {@link macvtapModes}. */
export type MacvtapMode = (typeof macvtapModes)[number];

/** An IP address as Nova's network model writes it. A subnet without a gateway has a gateway without an address. */
export class IpModel {
  @field.ip()
  declare readonly address?: string;

  /** 4 or 6. */
  @field.integer({ min: 4, max: 6 })
  declare readonly version?: number;

  /** `fixed`, `floating`, `gateway`, `dns`. */
  @field.text()
  declare readonly type?: string;

  /** The addresses that are translated to this fixed address. */
  @field.list(() => IpModel, { initial: () => [] })
  declare readonly floating_ips: readonly IpModel[];
}

/** A route that a subnet announces. */
export class RouteModel {
  @field.cidr()
  declare readonly cidr?: string;

  @field.object(() => IpModel)
  declare readonly gateway?: IpModel;

  @field.linkName()
  declare readonly interface?: string;
}

/** A subnet of a network, with the addresses that the VIF has in it. */
export class SubnetModel {
  @field.cidr()
  declare readonly cidr?: string;

  /** 4 or 6. */
  @field.integer({ min: 4, max: 6 })
  declare readonly version?: number;

  @field.object(() => IpModel)
  declare readonly gateway?: IpModel;

  @field.list(() => IpModel, { initial: () => [] })
  declare readonly ips: readonly IpModel[];

  @field.list(() => IpModel, { initial: () => [] })
  declare readonly dns: readonly IpModel[];

  @field.list(() => RouteModel, { initial: () => [] })
  declare readonly routes: readonly RouteModel[];

  @field.map({ initial: () => ({}) })
  declare readonly meta: Readonly<Record<string, unknown>>;
}

/** Further properties of a network in Nova's network model. */
@keepsUnknownKeys
export class NetworkMeta {
  /** In bytes. Nova writes 0 for a network whose MTU Neutron does not report. */
  @field.mtu({ digits: true, zero: true })
  declare readonly mtu?: number;

  /** The host's link that becomes a member of the bridge. */
  @field.linkName()
  declare readonly bridge_interface?: string;

  /** The host's link that is the lower device of a macvtap. */
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

/** The network of a VIF in Nova's network model. */
export class NetworkModel {
  @field.uuid()
  declare readonly id?: string;

  /** The bridge of this network on the host. */
  @field.linkName()
  declare readonly bridge?: string;

  @field.text()
  declare readonly label?: string;

  @field.list(() => SubnetModel, { initial: () => [] })
  declare readonly subnets: readonly SubnetModel[];

  @field.object(() => NetworkMeta, { initial: () => ({}) })
  declare readonly meta: NetworkMeta;
}

/** Neutron's `binding:vif_details`: a free-form map that mechanism drivers fill in. These are the known keys. */
@keepsUnknownKeys
export class VifDetails {
  /** Neutron filters the port's traffic. */
  @field.boolean()
  declare readonly port_filter?: boolean;

  /** A Linux bridge between guest and switch is needed for the filter. */
  @field.boolean()
  declare readonly ovs_hybrid_plug?: boolean;

  /** The tap of an Open vSwitch port is made at the plug, before the guest starts. */
  @field.boolean()
  declare readonly ovs_create_tap?: boolean;

  @field.linkName()
  declare readonly bridge_name?: string;

  @field.text()
  declare readonly datapath_type?: string;

  @field.text()
  declare readonly vhostuser_mode?: string;

  @field.socketPath()
  declare readonly vhostuser_socket?: string;

  @field.boolean()
  declare readonly vhostuser_ovs_plug?: boolean;

  @field.boolean()
  declare readonly vhostuser_fp_plug?: boolean;

  @field.boolean()
  declare readonly vhostuser_vrouter_plug?: boolean;

  @field.linkName()
  declare readonly macvtap_source?: string;

  @field.enum(macvtapModes)
  declare readonly macvtap_mode?: MacvtapMode;

  @field.linkName()
  declare readonly physical_interface?: string;

  @field.text()
  declare readonly physical_network?: string;

  /** Neutron's SR-IOV driver writes the number as a string. */
  @field.vlanId({ digits: true })
  declare readonly vlan?: number;

  /** The 802.1Qbh port profile. */
  @field.portProfile()
  declare readonly profileid?: string;

  /** The MAC address of the host side of a tap device. */
  @field.mac()
  declare readonly mac_address?: string;

  /** VLANs that reach the guest tagged, if the request specifies the port's settings: see `portSettings`. */
  readonly trunk_vlans?: unknown;

  readonly isolated?: unknown;

  readonly qos?: unknown;

  readonly [key: string]: unknown;
}

/** Neutron's `binding:profile`: a free-form map in which Nova puts the PCI device. These are the known keys. */
@keepsUnknownKeys
export class VifProfile {
  @field.pci()
  declare readonly pci_slot?: string;

  @field.text()
  declare readonly pci_vendor_info?: string;

  @field.text()
  declare readonly physical_network?: string;

  readonly [key: string]: unknown;
}

/** What a switch needs to know about an IEEE 802.1Qbg (VEPA) port. Nova may write the numbers as strings. */
export class QbgParams {
  /** The database that defines the type. */
  @field.integer({ ...vsiRanges.manager, digits: true })
  declare readonly managerid?: number;

  /** The type: what the port may do. */
  @field.integer({ ...vsiRanges.type, digits: true })
  declare readonly typeid?: number;

  @field.integer({ ...vsiRanges.typeVersion, digits: true })
  declare readonly typeidversion?: number;

  /** Identifies this port. */
  @field.uuid()
  declare readonly instanceid?: string;
}

/**
 * A VIF of Nova's network model, as Nova stores it in its database (`network_info`). Where Nova writes null for an
 * unknown value, the field is left out here.
 */
export class NetworkVif {
  /** As for versioned objects: another copy of this package may have made the VIF. */
  static readonly [Symbol.hasInstance] = hasInstance;

  /** The port's id in the network service. */
  @field.uuid({ required: true })
  declare readonly id: string;

  /** The guest's MAC address. */
  @field.mac({ required: true })
  declare readonly address: string;

  /** The VIF type: `ovs`, `bridge`, `vhostuser`, ... It is missing until Neutron has bound the port. */
  @field.text()
  declare readonly type?: string;

  /** `normal`, `direct`, `macvtap`, `direct-physical`, `virtio-forwarder`, ... */
  @field.text({ initial: () => 'normal' })
  declare readonly vnic_type: string;

  /** The name to give the host's device. */
  @field.linkName()
  declare readonly devname?: string;

  /** The port's id in Open vSwitch, if it differs from {@link id}. */
  @field.uuid()
  declare readonly ovs_interfaceid?: string;

  @field.object(() => NetworkModel, { initial: () => ({}) })
  declare readonly network: NetworkModel;

  @field.object(() => VifDetails, { initial: () => ({}) })
  declare readonly details: VifDetails;

  @field.object(() => VifProfile, { initial: () => ({}) })
  declare readonly profile: VifProfile;

  @field.boolean({ initial: () => false })
  declare readonly active: boolean;

  @field.boolean({ initial: () => false })
  declare readonly preserve_on_delete: boolean;

  /** The os-vif plugin, not the hypervisor, adds the port to the switch. */
  @field.boolean({ initial: () => false })
  declare readonly delegate_create: boolean;

  /** The parameters of an 802.1Qbg virtual port. */
  @field.object(() => QbgParams)
  declare readonly qbg_params?: QbgParams;

  /** The parameters of an 802.1Qbh virtual port: `profileid`. */
  @field.strings({ plain: true })
  declare readonly qbh_params?: Readonly<Record<string, string>>;

  @field.map({ initial: () => ({}) })
  declare readonly meta: Readonly<Record<string, unknown>>;
}

nameKind(NetworkVif, 'nova.VIF');

/**
 * The keys of `details` (Neutron's `binding:vif_details`) that a vendor's mechanism driver fills in, as an object of a
 * class that declares them with `field`. Keys that the class does not declare are ignored.
 *
 * @param from the map to read instead of `details`: `profile` (`binding:profile`) or `meta`
 * @throws ValidationError INVALID_VIF, with the path of each value that is not as declared
 */
export function vendorDetails<T extends object>(
  vif: NetworkVif,
  type: DeclaredClass<T>,
  from: 'details' | 'profile' | 'meta' = 'details',
): T {
  const at = Cursor.at({ code: 'INVALID_VIF', subject: `VIF ${vif.id}`, vifId: vif.id }).to(from);
  const fields = fieldsOf(type.prototype);
  const own = Object.entries(vif[from]).filter(([key]) => fields.has(key));
  return readInput(type, Object.fromEntries(own), at);
}
