import {
  announce,
  type ConfigContext,
  type LegacyDriver,
  legacyDriver,
  type Plan,
  type PlanContext,
  type PluginPackage,
  unsupportedVif,
  type VifConverter,
  type VifPlugin,
  vifConverter,
  vifPlugin,
} from '@vifkit/core';
import type { Leg } from '@vifkit/core/connection';
import {
  type DeviceBackend,
  deviceName,
  filterName,
  isHostFiltering,
  isHybridPlug,
  type NetworkVif,
  needsHybridBridge,
  networkMtu,
  toVifFields,
} from '@vifkit/core/nova';
import { requireField, type VIFBase, VIFBridge, VIFGeneric } from '@vifkit/core/os-vif';
import { hybridBridgeName } from '@vifkit/core/steps';
import { directPlug, directUnplug, hybridPath, hybridPlug, hybridUnplug, needs } from './plans.js';

/** The plugin for the objects that today's Nova makes from VIF type `ivs`: the same plumbing as the legacy driver's. */
@vifPlugin({ name: 'ivs', makesTaps: true, needs })
export class IvsPlugin implements VifPlugin {
  describe() {
    return announce('ivs', [
      [VIFGeneric, []],
      [VIFBridge, []],
    ]);
  }

  plug(vif: VIFBase, context: PlanContext): Plan {
    if (vif instanceof VIFGeneric) return directPlug(requireField(vif, 'vif_name', vif.id), context);
    const mtu = networkMtu(vif);
    return hybridPlug({ ...hybridOf(vif), ...(mtu !== undefined && { mtu }) });
  }

  path(vif: VIFBase): Leg[] {
    if (vif instanceof VIFGeneric) return []; // the plan makes the tap
    const { vifId, bridge, tap } = hybridOf(vif);
    return hybridPath(vifId, bridge, tap, networkMtu(vif));
  }

  unplug(vif: VIFBase): Plan {
    if (vif instanceof VIFGeneric) return directUnplug(requireField(vif, 'vif_name', vif.id));
    return hybridUnplug(hybridOf(vif));
  }
}

function hybridOf(vif: VIFBase) {
  if (!(vif instanceof VIFBridge)) throw unsupportedVif('ivs', vif);
  return { vifId: vif.id, bridge: requireField(vif, 'bridge_name', vif.id), tap: vif.vif_name };
}

/** VIF type `ivs`: a port of the Indigo Virtual Switch, directly, or behind a Linux bridge if the host filters. */
@legacyDriver({ type: 'ivs', needs })
export class IvsDriver implements LegacyDriver {
  config(vif: NetworkVif, { hostFilters, instance }: ConfigContext): DeviceBackend {
    const target = deviceName(vif);
    // Nova limits only the bandwidth of hybrid ports.
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

/** VIF type `ivs` of Nova's network model, by the rules of today's Nova. */
@vifConverter({ type: 'ivs', routing: 'current' })
export class IvsConverter implements VifConverter {
  convert(vif: NetworkVif): VIFBase {
    const fields = { ...toVifFields(vif), plugin: 'ivs' };
    if (!isHybridPlug(vif)) return new VIFGeneric(fields);
    return new VIFBridge({ ...fields, bridge_name: hybridBridgeName(vif.id) });
  }
}

/** What the package provides. It is inert until it is given to a driver. */
const ivs: PluginPackage = { name: '@vifkit/plugin-ivs', provides: [IvsPlugin, IvsDriver, IvsConverter] };
export default ivs;
