import {
  type LegacyDriver,
  legacyDriver,
  type Plan,
  type PlanContext,
  type PluginPackage,
} from '@vifkit/core';
import { type DeviceBackend, deviceName, type NetworkVif, networkMtu } from '@vifkit/core/nova';
import { tapNeeds } from '@vifkit/core/steps';

/** VIF type `tap`: a bare tap device that something else connects afterwards. */
@legacyDriver({
  type: 'tap',
  needs: tapNeeds,
})
export class TapDriver implements LegacyDriver {
  config(vif: NetworkVif): DeviceBackend {
    const mtu = networkMtu(vif);
    // Nova leaves the bandwidth of these to whoever connects the tap.
    return {
      type: 'ethernet',
      target: deviceName(vif),
      managed: false,
      ...(mtu !== undefined && { mtu }),
      bandwidth: false,
    };
  }

  plug(vif: NetworkVif, { tap: { multiQueue } }: PlanContext): Plan {
    const mtu = networkMtu(vif);
    const address = vif.details.mac_address;
    return [
      {
        kind: 'link',
        name: deviceName(vif),
        create: { type: 'tap', multiQueue },
        set: { up: true, ...(mtu !== undefined && { mtu }) },
        // libvirt gives the tap another address when the guest starts, which must stay.
        ...(address !== undefined && { initial: { address } }),
      },
    ];
  }

  unplug(vif: NetworkVif): Plan {
    return [{ kind: 'linkAbsent', name: deviceName(vif), type: 'tap', own: true }];
  }
}

/** What the package provides. It is inert until it is given to a driver. */
const tap: PluginPackage = { name: '@vifkit/plugin-tap', provides: [TapDriver] };
export default tap;
