import {
  announce,
  type Plan,
  type PlanContext,
  unsupportedVif,
  type VifPlugin,
  vifPlugin,
} from '@vifkit/core';
import type { Leg } from '@vifkit/core/connection';
import { networkMtu } from '@vifkit/core/nova';
import { requireField, type VIFBase, VIFBridge, VIFGeneric } from '@vifkit/core/os-vif';
import { directPlug, directUnplug } from './direct-plan.js';
import { hybridPath, hybridPlug, hybridUnplug } from './hybrid-plan.js';
import { needs } from './ivs-port.js';

/** The plugin of the objects that today's Nova makes of VIF type `ivs`: the same plumbing as the legacy driver's. */
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
