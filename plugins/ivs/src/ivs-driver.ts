import {
  type ConfigContext,
  type DeviceBackend,
  deviceName,
  filterName,
  hybridBridgeName,
  isHostFiltering,
  type LegacyDriver,
  legacyDriver,
  type NetworkVif,
  needsHybridBridge,
  type Plan,
  type PlanContext,
  tapNeeds,
} from '@vifkit/core';
import { directPlug, directUnplug } from './direct-plan.js';
import { hybridPlug, hybridUnplug } from './hybrid-plan.js';
import { vendor } from './ivs-port.js';

/** VIF type `ivs`: a port of the Indigo Virtual Switch, directly or behind a Linux bridge where the host filters. */
@legacyDriver({
  type: 'ivs',
  needs: [...tapNeeds, { kind: 'program', name: 'ivs-ctl', from: vendor }],
})
export class IvsDriver implements LegacyDriver {
  config(vif: NetworkVif, { hostFilters, instance }: ConfigContext): DeviceBackend {
    const target = deviceName(vif);
    // Nova limits the bandwidth of hybrid ports alone.
    if (!needsHybridBridge(vif, hostFilters)) return { type: 'ethernet', target, bandwidth: false };
    return {
      type: 'bridge',
      bridge: hybridBridgeName(vif.id),
      target,
      bandwidth: true,
      ...(isHostFiltering(vif, hostFilters) && { filter: filterName(instance, vif.address) }),
    };
  }

  plug(vif: NetworkVif, { hostFilters }: PlanContext): Plan {
    return needsHybridBridge(vif, hostFilters) ? hybridPlug(vif) : directPlug(vif);
  }

  unplug(vif: NetworkVif, { hostFilters }: PlanContext): Plan {
    return needsHybridBridge(vif, hostFilters) ? hybridUnplug(vif) : directUnplug(vif);
  }
}
