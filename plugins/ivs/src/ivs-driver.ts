import {
  type ConfigContext,
  type LegacyDriver,
  legacyDriver,
  type Plan,
  type PlanContext,
} from '@vifkit/core';
import type { Leg } from '@vifkit/core/connection';
import {
  type DeviceBackend,
  deviceName,
  filterName,
  isHostFiltering,
  type NetworkVif,
  needsHybridBridge,
  networkMtu,
} from '@vifkit/core/nova';
import { hybridBridgeName } from '@vifkit/core/steps';
import { directPlug, directUnplug } from './direct-plan.js';
import { hybridPath, hybridPlug, hybridUnplug } from './hybrid-plan.js';
import { needs } from './ivs-port.js';

/** VIF type `ivs`: a port of the Indigo Virtual Switch, directly or behind a Linux bridge where the host filters. */
@legacyDriver({ type: 'ivs', needs })
export class IvsDriver implements LegacyDriver {
  config(vif: NetworkVif, { hostFilters, instance }: ConfigContext): DeviceBackend {
    const target = deviceName(vif);
    // Nova limits the bandwidth of hybrid ports alone.
    if (!needsHybridBridge(vif, hostFilters)) {
      return { type: 'ethernet', target, managed: false, bandwidth: false };
    }
    return {
      type: 'bridge',
      bridge: hybridBridgeName(vif.id),
      target,
      bandwidth: true,
      ...(isHostFiltering(vif, hostFilters) && { filter: filterName(instance, vif.address) }),
    };
  }

  plug(vif: NetworkVif, context: PlanContext): Plan {
    if (!needsHybridBridge(vif, context.hostFilters)) return directPlug(deviceName(vif), context);
    const mtu = networkMtu(vif);
    return hybridPlug({ vifId: vif.id, tap: deviceName(vif), ...(mtu !== undefined && { mtu }) });
  }

  path(vif: NetworkVif, { hostFilters }: PlanContext): Leg[] {
    if (!needsHybridBridge(vif, hostFilters)) return []; // the plan makes the tap
    return hybridPath(vif.id, hybridBridgeName(vif.id), deviceName(vif), networkMtu(vif));
  }

  unplug(vif: NetworkVif, { hostFilters }: PlanContext): Plan {
    return needsHybridBridge(vif, hostFilters)
      ? hybridUnplug({ vifId: vif.id })
      : directUnplug(deviceName(vif));
  }
}
