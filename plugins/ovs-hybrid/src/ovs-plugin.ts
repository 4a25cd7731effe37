import {
  announce,
  inject,
  type Leg,
  type Plan,
  type PlanContext,
  unsupportedVif,
  type VIFBase,
  VIFBridge,
  VIFHostDevice,
  VIFOpenVSwitch,
  VIFPortProfileOpenVSwitch,
  VIFPortProfileOVSRepresentor,
  VIFVHostUser,
  type VifPlugin,
  vifPlugin,
} from '@vifkit/core';
import { directPath, plugDirect } from './modes/direct.js';
import { guestTapLeg } from './modes/guest-tap.js';
import { hostDevicePath, plugHostDevice } from './modes/host-device.js';
import { hybridPath, plugHybrid } from './modes/hybrid.js';
import { plugPerPortBridge } from './modes/per-port-bridge.js';
import { plugVhostUser, vhostUserPath } from './modes/vhost-user.js';
import { OvsOptions } from './port/ovs-options.js';
import { profileOf } from './port/port-profile.js';
import { unplugPlan } from './unplug.js';

const plainProfile = [VIFPortProfileOpenVSwitch];
const anyProfile = [VIFPortProfileOpenVSwitch, VIFPortProfileOVSRepresentor];

/** os-vif's `ovs`: a guest's port on an Open vSwitch bridge, in every way that os-vif 5.1 has. */
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

  plug(vif: VIFBase, { instance, facts, tap, port }: PlanContext): Plan | Promise<Plan> {
    const context = { instanceUuid: instance.uuid, facts, tap, port, options: this.#options };
    if (port && (this.#options.per_port_bridge || vif instanceof VIFHostDevice)) {
      throw unsupportedVif(
        'ovs',
        vif,
        'a request settles the port of a VIF with neither per_port_bridge nor a card',
      );
    }
    if (vif instanceof VIFOpenVSwitch) {
      return this.#options.per_port_bridge ? plugPerPortBridge(vif, context) : plugDirect(vif, context);
    }
    if (isTaken(vif) && profileOf(vif).create_tap) {
      throw unsupportedVif('ovs', vif, 'its create_tap is for a VIFOpenVSwitch only');
    }
    if (vif instanceof VIFBridge) return plugHybrid(vif, context);
    if (vif instanceof VIFVHostUser) return plugVhostUser(vif, context);
    if (vif instanceof VIFHostDevice) return plugHostDevice(vif, context);
    throw unsupportedVif('ovs', vif);
  }

  path(vif: VIFBase, { instance, facts, tap, port }: PlanContext): Leg[] {
    const context = { instanceUuid: instance.uuid, facts, tap, port, options: this.#options };
    if (vif instanceof VIFBridge) return hybridPath(vif, context);
    if (vif instanceof VIFOpenVSwitch) {
      return this.#options.per_port_bridge ? guestTapLeg(vif, context) : directPath(vif, context);
    }
    if (vif instanceof VIFVHostUser) return vhostUserPath(vif);
    return vif instanceof VIFHostDevice ? hostDevicePath(vif) : [];
  }

  unplug(vif: VIFBase, { facts }: PlanContext): Promise<Plan> {
    if (!isTaken(vif)) throw unsupportedVif('ovs', vif);
    return unplugPlan(vif, this.#options, facts);
  }
}

function isTaken(vif: VIFBase): boolean {
  return [VIFBridge, VIFOpenVSwitch, VIFVHostUser, VIFHostDevice].some((taken) => vif instanceof taken);
}
