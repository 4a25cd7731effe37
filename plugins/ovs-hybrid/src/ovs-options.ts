import { IsMtu, IsPlainText } from '@vifkit/core';
import { IsBoolean, IsIn, IsOptional } from 'class-validator';

const qosTypes = [
  'linux-htb',
  'linux-hfsc',
  'linux-sfq',
  'linux-codel',
  'linux-fq_codel',
  'linux-noop',
] as const;

/** Names and defaults are os-vif's, but for `ovsdb_connection`, and `create_bridge`, which os-vif has not. */
export class OvsOptions {
  /** The MTU of devices whose network has none, in bytes. */
  @IsMtu()
  network_device_mtu = 1500;

  /**
   * The endpoint of Open vSwitch's database, as in `tcp:127.0.0.1:6640`. It is for whoever opens the host, since all
   * plugins share one connection; the plugin does not connect by itself. Not set: the host's own default.
   */
  @IsOptional()
  @IsPlainText()
  ovsdb_connection: string | undefined = undefined;

  /**
   * Whether a new port is in the dead VLAN (4095) until Neutron's agent gives it its own. For Neutron's Open vSwitch
   * agent only: with OVN or another controller, nobody would take the port out of there.
   */
  @IsBoolean()
  isolate_vif = false;

  /**
   * Whether a plug makes the bridge of the VIF's network if there is none. Where the bridges are somebody else's to make,
   * a missing one is a mistake in its name, and a new one connects the guest to nothing.
   */
  @IsBoolean()
  create_bridge = true;

  /** Whether a VIFOpenVSwitch gets a bridge of its own, joined to the integration bridge by patch ports. */
  @IsBoolean()
  per_port_bridge = false;

  /** The QoS of a new port on the kernel's datapath. `linux-noop` makes Open vSwitch leave the queueing as it is. */
  @IsIn(qosTypes)
  default_qos_type: (typeof qosTypes)[number] = 'linux-noop';
}
