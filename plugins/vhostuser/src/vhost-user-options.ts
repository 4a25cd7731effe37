import { IsIn } from '@vifkit/core/validation';

const portTypes = ['dpdkvhostuser', 'dpdkvhostuserclient'] as const;

export type PortType = (typeof portTypes)[number];

/** The options of the plugin `vhostuser`. */
export class VhostUserOptions {
  /**
   * What ports of Open vSwitch are: `dpdkvhostuser`, where it makes the socket and QEMU connects (Nova's choice);
   * or `dpdkvhostuserclient`, where QEMU makes it (`vhostuser_mode` `server`) and a restart of Open vSwitch does
   * not cut the guest off.
   */
  @IsIn(portTypes)
  port_type: PortType = 'dpdkvhostuser';
}
