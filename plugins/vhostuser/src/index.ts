import {
  inject,
  type LegacyDriver,
  legacyDriver,
  type Plan,
  type PlanContext,
  type PluginPackage,
} from '@vifkit/core';
import type { Leg } from '@vifkit/core/connection';
import { type DeviceBackend, type NetworkVif, vhostUserSocket } from '@vifkit/core/nova';
import { fastPathPlug, fastPathUnplug, vendor } from './fast-path-plan.js';
import { openVSwitchPlug, openVSwitchUnplug, portName, VhostUserOptions } from './open-vswitch-plan.js';
import { VhostUserConverter } from './vhost-user-converter.js';

/**
 * VIF type `vhostuser`: QEMU and a switch share the guest's queues over a socket. Neutron says in `details` which
 * switch it belongs to: 6WIND's (`vhostuser_fp_plug`), Open vSwitch (`vhostuser_ovs_plug`), or a switch that needs
 * nothing from this plugin.
 */
@legacyDriver({
  type: 'vhostuser',
  options: VhostUserOptions,
  needs: [
    { kind: 'dpdk', name: 'Open vSwitch with DPDK', from: 'openvswitch-switch-dpdk' },
    { kind: 'program', name: 'fp-vdev', from: vendor },
  ],
})
export class VhostUserDriver implements LegacyDriver {
  readonly #options: VhostUserOptions;

  constructor(@inject(VhostUserOptions) options: VhostUserOptions) {
    this.#options = options;
  }

  config(vif: NetworkVif): DeviceBackend {
    return { type: 'vhostuser', ...vhostUserSocket(vif), bandwidth: false };
  }

  plug(vif: NetworkVif, context: PlanContext): Plan | Promise<Plan> {
    const { vhostuser_fp_plug, vhostuser_ovs_plug } = vif.details;
    if (vhostuser_fp_plug) return fastPathPlug(vif, context);
    if (vhostuser_ovs_plug) return openVSwitchPlug(vif, context, this.#options.port_type);
    return [];
  }

  path(vif: NetworkVif): Leg[] {
    const { vhostuser_fp_plug, vhostuser_ovs_plug } = vif.details;
    const { path: name, mode } = vhostUserSocket(vif);
    const port = vhostuser_ovs_plug && !vhostuser_fp_plug ? { port: portName(vif) } : {};
    return [{ kind: 'socket', name, server: mode === 'server' ? 'guest' : 'switch', ...port }];
  }

  unplug(vif: NetworkVif, context: PlanContext): Plan | Promise<Plan> {
    const { vhostuser_fp_plug, vhostuser_ovs_plug } = vif.details;
    if (vhostuser_fp_plug) return fastPathUnplug(vif, context);
    return vhostuser_ovs_plug ? openVSwitchUnplug(vif) : [];
  }
}

export { VhostUserConverter, VhostUserOptions };

/** What the package provides. It is inert until it is given to a driver. */
const vhostUser: PluginPackage<{ vhostuser: VhostUserOptions }> = {
  name: '@vifkit/plugin-vhostuser',
  provides: [VhostUserDriver, VhostUserConverter],
};
export default vhostUser;
