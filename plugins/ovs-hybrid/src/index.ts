import {
  announce,
  inject,
  type Plan,
  type PlanContext,
  type PluginPackage,
  unsupportedVif,
  type VifPlugin,
  vifPlugin,
} from '@vifkit/core';
import type { Leg } from '@vifkit/core/connection';
import {
  type VIFBase,
  VIFBridge,
  VIFHostDevice,
  VIFOpenVSwitch,
  VIFPortProfileOpenVSwitch,
  VIFPortProfileOVSRepresentor,
  VIFVHostUser,
} from '@vifkit/core/os-vif';
import { AgilioOvsConverter, NewtonOvsConverter, OvsConverter } from './converters.js';
import { directPath, guestTapLeg, plugDirect } from './direct.js';
import { hostDevicePath, plugHostDevice } from './host-device.js';
import { hybridPath, plugHybrid } from './hybrid.js';
import { OvsOptions } from './ovs-options.js';
import { plugPerPortBridge } from './per-port-bridge.js';
import { type PlugContext, profileOf } from './port.js';
import { unplugPlan } from './unplug.js';
import { plugVhostUser, vhostUserPath } from './vhost-user.js';

const plainProfile = [VIFPortProfileOpenVSwitch];
const anyProfile = [VIFPortProfileOpenVSwitch, VIFPortProfileOVSRepresentor];

/** os-vif's `ovs`: a guest's port on an Open vSwitch bridge, in every form that os-vif 5.1 has. */
@vifPlugin({
  name: 'ovs',
  options: OvsOptions,
  needs: [
    { kind: 'program', name: 'ip', from: 'iproute2' },
    { kind: 'bridge', name: 'Linux bridges', from: 'the kernel' },
    { kind: 'ovsdb', name: 'Open vSwitch', from: 'openvswitch-switch' },
  ],
})
export class OvsPlugin implements VifPlugin {
  readonly #options: OvsOptions;

  constructor(@inject(OvsOptions) options: OvsOptions) {
    this.#options = options;
  }

  describe() {
    return announce('ovs', [
      [VIFBridge, plainProfile],
      [VIFOpenVSwitch, plainProfile],
      [VIFVHostUser, anyProfile],
      [VIFHostDevice, anyProfile],
    ]);
  }

  plug(vif: VIFBase, context: PlanContext): Plan | Promise<Plan> {
    const plugContext = this.#context(context);
    if (context.port && (this.#options.per_port_bridge || vif instanceof VIFHostDevice)) {
      throw unsupportedVif(
        'ovs',
        vif,
        'port settings of a request are for VIFs without per_port_bridge and without a card',
      );
    }
    if (vif instanceof VIFOpenVSwitch) {
      return this.#options.per_port_bridge
        ? plugPerPortBridge(vif, plugContext)
        : plugDirect(vif, plugContext);
    }
    if (isSupported(vif) && profileOf(vif).create_tap) {
      throw unsupportedVif('ovs', vif, 'its create_tap is for a VIFOpenVSwitch only');
    }
    if (vif instanceof VIFBridge) return plugHybrid(vif, plugContext);
    if (vif instanceof VIFVHostUser) return plugVhostUser(vif, plugContext);
    if (vif instanceof VIFHostDevice) return plugHostDevice(vif, plugContext);
    throw unsupportedVif('ovs', vif);
  }

  path(vif: VIFBase, context: PlanContext): Leg[] {
    const plugContext = this.#context(context);
    if (vif instanceof VIFBridge) return hybridPath(vif, plugContext);
    if (vif instanceof VIFOpenVSwitch) {
      return this.#options.per_port_bridge ? guestTapLeg(vif, plugContext) : directPath(vif, plugContext);
    }
    if (vif instanceof VIFVHostUser) return vhostUserPath(vif);
    return vif instanceof VIFHostDevice ? hostDevicePath(vif) : [];
  }

  unplug(vif: VIFBase, { facts }: PlanContext): Promise<Plan> {
    if (!isSupported(vif)) throw unsupportedVif('ovs', vif);
    return unplugPlan(vif, this.#options, facts);
  }

  #context({ instance, facts, tap, port }: PlanContext): PlugContext {
    return { instanceUuid: instance.uuid, facts, tap, port, options: this.#options };
  }
}

function isSupported(vif: VIFBase): boolean {
  return [VIFBridge, VIFOpenVSwitch, VIFVHostUser, VIFHostDevice].some((type) => vif instanceof type);
}

export { AgilioOvsConverter, NewtonOvsConverter, OvsConverter, OvsOptions };

/** What the package provides. It is inert until it is given to a driver. */
const ovs: PluginPackage<{ ovs: OvsOptions }> = {
  name: '@vifkit/plugin-ovs-hybrid',
  provides: [OvsPlugin, NewtonOvsConverter, OvsConverter, AgilioOvsConverter],
};
export default ovs;
