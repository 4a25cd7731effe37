import { field } from '../schema/field.js';
import { keepsUnknownKeys } from '../schema/field-store.js';

/** Neutron's `binding:vif_details`: a free map that its mechanism drivers fill. These are the known keys. */
@keepsUnknownKeys
export class VifDetails {
  /** Neutron filters the port's traffic. */
  @field.boolean()
  declare readonly port_filter?: boolean;

  /** A Linux bridge for the filter goes between guest and switch. */
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

  @field.text()
  declare readonly macvtap_mode?: string;

  @field.linkName()
  declare readonly physical_interface?: string;

  @field.text()
  declare readonly physical_network?: string;

  /** Neutron's SR-IOV driver writes the number as a string. */
  @field.vlanId({ digits: true })
  declare readonly vlan?: number;

  /** The 802.1Qbh port profile. */
  @field.text()
  declare readonly profileid?: string;

  /** The MAC address of the host's side of a tap device. */
  @field.mac()
  declare readonly mac_address?: string;

  /** VLANs that come to the guest with their tags, where the port's settings are the request's: see `portSettings`. */
  readonly trunk_vlans?: unknown;

  readonly isolated?: unknown;

  readonly qos?: unknown;

  readonly [key: string]: unknown;
}
