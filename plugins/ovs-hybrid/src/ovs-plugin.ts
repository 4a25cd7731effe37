import {
  announce,
  inject,
  type Plan,
  type PlanContext,
  unsupportedVif,
  type VIFBase,
  VIFBridge,
  VIFOpenVSwitch,
  VIFPortProfileOpenVSwitch,
  type VifPlugin,
  vifPlugin,
} from '@vifkit/core';
import { directPlug, directUnplug } from './direct-plan.js';
import { hybridPlug, hybridUnplug } from './hybrid-plan.js';
import { OvsOptions } from './ovs-options.js';

/** os-vif's `ovs`: a guest's port on an Open vSwitch bridge, directly or behind a Linux bridge. */
@vifPlugin({
  name: 'ovs',
  options: OvsOptions,
  needs: [
    { kind: 'program', name: 'ip', from: 'iproute2' },
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
      [VIFBridge, [VIFPortProfileOpenVSwitch]],
      [VIFOpenVSwitch, [VIFPortProfileOpenVSwitch]],
    ]);
  }

  plug(vif: VIFBase, { instance }: PlanContext): Plan {
    const mtu = vif.network?.mtu ?? this.#options.network_device_mtu;
    if (vif instanceof VIFBridge) return hybridPlug(vif, instance.uuid, mtu);
    if (vif instanceof VIFOpenVSwitch) return directPlug(vif, instance.uuid, mtu);
    throw unsupportedVif('ovs', vif);
  }

  unplug(vif: VIFBase): Plan {
    if (vif instanceof VIFBridge) return hybridUnplug(vif);
    if (vif instanceof VIFOpenVSwitch) return directUnplug(vif);
    throw unsupportedVif('ovs', vif);
  }
}
