import { type LegacyDriver, legacyDriver, type Plan, type PlanContext } from '@vifkit/core';
import { type DeviceBackend, deviceName, type NetworkVif } from '@vifkit/core/nova';
import { plugPort, unplugPort } from './plan.js';
import { needs, portOfModel } from './vrouter-port.js';

/** VIF type `vrouter`: a tap that Contrail's (Tungsten Fabric's) vRouter takes as a port. */
@legacyDriver({ type: 'vrouter', needs })
export class VrouterDriver implements LegacyDriver {
  config(vif: NetworkVif): DeviceBackend {
    return { type: 'ethernet', target: deviceName(vif), managed: false, bandwidth: true };
  }

  plug(vif: NetworkVif, context: PlanContext): Plan {
    return plugPort(portOfModel(vif), context);
  }

  unplug(vif: NetworkVif): Plan {
    return unplugPort({ vifId: vif.id, tap: deviceName(vif) });
  }
}
