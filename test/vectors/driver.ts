import { createVifDriver, type Host, type VifDriver } from '@vifkit/core';
import { LibvirtGuestConfigurator } from '@vifkit/libvirt';
import linuxBridge from '@vifkit/plugin-linux-bridge';
import noop from '@vifkit/plugin-noop';
import ovs from '@vifkit/plugin-ovs-hybrid';
import tap from '@vifkit/plugin-tap';

/** A driver with all plugins there are. */
export function driverOn(host: Host): VifDriver {
  return createVifDriver({ host, guests: new LibvirtGuestConfigurator(), plugins: [linuxBridge, ovs, tap, noop] });
}
