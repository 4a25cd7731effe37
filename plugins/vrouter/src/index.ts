import {
  announce,
  type LegacyDriver,
  legacyDriver,
  type Plan,
  type PlanContext,
  type PluginPackage,
  type VifPlugin,
  vifPlugin,
} from '@vifkit/core';
import { type DeviceBackend, deviceName, type NetworkVif } from '@vifkit/core/nova';
import { type VIFBase, VIFGeneric } from '@vifkit/core/os-vif';
import { needs, plugPort, portOfModel, portOfObject, unplugPort } from './port.js';
import { VrouterConverter } from './vrouter-converter.js';

/** The plugin for the taps that today's Nova makes from VIF type `vrouter`: the same ports as the legacy driver's. */
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

export { VrouterConverter };

/** What the package provides. It is inert until it is given to a driver. */
const vrouter: PluginPackage = {
  name: '@vifkit/plugin-vrouter',
  provides: [VrouterPlugin, VrouterDriver, VrouterConverter],
};
export default vrouter;
