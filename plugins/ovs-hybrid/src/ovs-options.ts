import { IsMtu, IsPlainText } from '@vifkit/core';
import { IsBoolean, IsIn, IsOptional } from '@vifkit/core/validation';

const qosTypes = [
  'linux-htb',
  'linux-hfsc',
  'linux-sfq',
  'linux-codel',
  'linux-fq_codel',
  'linux-noop',
] as const;

/**
 * Names and defaults are those of os-vif, except for `ovsdb_connection`, and `create_bridge`, which os-vif does not
 * have.
 */
export class OvsOptions {
  /** The MTU of devices whose network has none, in bytes. */
  @IsMtu()
  network_device_mtu = 1500;

  /**
   * The endpoint of Open vSwitch's database, as in `tcp:127.0.0.1:6640`. It is for the program that opens the host,
   * since all plugins share one connection; the plugin itself does not connect. If not set, the host's default is used.
   */
  @IsOptional()
  @IsPlainText()
  ovsdb_connection: string | undefined = undefined;

  /**
   * Whether a new port is in the dead VLAN (4095) until Neutron's agent gives it its own. For Neutron's Open vSwitch
   * agent only: with OVN or another controller, nobody would move the port out.
   */
  @IsBoolean()
  isolate_vif = false;

  /**
   * Whether a plug makes the bridge of the VIF's network if it does not exist. If somebody else makes the bridges, a
   * missing one means that its name is wrong, and a new one would connect the guest to nothing.
   */
  @IsBoolean()
  create_bridge = true;

  /** Whether each VIFOpenVSwitch gets its own bridge, connected to the integration bridge by patch ports. */
  @IsBoolean()
  per_port_bridge = false;

  /**
   * The QoS type of a new port on the kernel datapath. `linux-noop` makes Open vSwitch leave the queueing unchanged.
   */
  @IsIn(qosTypes)
  default_qos_type: (typeof qosTypes)[number] = 'linux-noop';
}
