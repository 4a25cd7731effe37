import { announce, type Plan, type PlanContext, type VifPlugin, vifPlugin } from '@vifkit/core';
import { type VIFBase, VIFGeneric } from '@vifkit/core/os-vif';
import { plugPort, unplugPort } from './plan.js';
import { needs, portOfObject } from './vrouter-port.js';

/** The plugin of the taps that today's Nova makes of VIF type `vrouter`: the same ports as the legacy driver's. */
@vifPlugin({ name: 'vrouter', makesTaps: true, needs })
export class VrouterPlugin implements VifPlugin {
  describe() {
    return announce('vrouter', [[VIFGeneric, []]]);
  }

  plug(vif: VIFBase, context: PlanContext): Plan {
    return plugPort(portOfObject(vif), context);
  }

  unplug(vif: VIFBase): Plan {
    return unplugPort(portOfObject(vif));
  }
}
