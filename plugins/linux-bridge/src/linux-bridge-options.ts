import { IsLinkName, IsMtu } from '@vifkit/core';
import { IsOptional } from '@vifkit/core/validation';

/** Names and defaults are os-vif's. */
export class LinuxBridgeOptions {
  /** The least MTU of VLAN devices, and that of an uplink and its bridge whose network has none, in bytes. */
  @IsMtu()
  network_device_mtu = 1500;

  /** The link below VLAN devices, in place of the network's own. */
  @IsOptional()
  @IsLinkName()
  vlan_interface: string | null = null;

  /** The link that joins the bridge of a network without a VLAN, in place of the network's own. */
  @IsOptional()
  @IsLinkName()
  flat_interface: string | null = null;
}
