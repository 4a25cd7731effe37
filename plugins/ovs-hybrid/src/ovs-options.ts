import { IsMtu } from '@vifkit/core';

/** Names and defaults are os-vif's. */
export class OvsOptions {
  /** The MTU of devices whose network has none, in bytes. */
  @IsMtu()
  network_device_mtu = 1500;
}
