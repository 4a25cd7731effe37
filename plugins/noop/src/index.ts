import {
  announce,
  type Plan,
  type PluginPackage,
  unsupportedVif,
  type VifPlugin,
  vifPlugin,
} from '@vifkit/core';
import type { Leg } from '@vifkit/core/connection';
import { type VIFBase, VIFHostDevice, VIFVHostUser } from '@vifkit/core/os-vif';

/**
 * os-vif's `noop`: for a VIF whose backend is connected by somebody else, such as the owner of a vhost-user socket, or
 * a card that runs its own system (vNIC type `remote-managed`).
 */
@vifPlugin({ name: 'noop' })
export class NoopPlugin implements VifPlugin {
  describe() {
    return announce('noop', [
      [VIFVHostUser, []],
      [VIFHostDevice, []],
    ]);
  }

  /** Does nothing, but refuses other VIF classes, which nobody would connect. os-vif's plugin accepts them silently. */
  plug(vif: VIFBase): Plan {
    if (vif instanceof VIFVHostUser || vif instanceof VIFHostDevice) return [];
    throw unsupportedVif('noop', vif);
  }

  path(vif: VIFBase): Leg[] {
    if (vif instanceof VIFHostDevice) {
      return vif.dev_address === undefined ? [] : [{ kind: 'function', name: vif.dev_address }];
    }
    if (!(vif instanceof VIFVHostUser) || vif.path === undefined) return [];
    return [{ kind: 'socket', name: vif.path, server: vif.mode === 'server' ? 'guest' : 'switch' }];
  }

  unplug(): Plan {
    return [];
  }
}

/** What the package provides. It is inert until it is given to a driver. */
const noop: PluginPackage = { name: '@vifkit/plugin-noop', provides: [NoopPlugin] };
export default noop;
