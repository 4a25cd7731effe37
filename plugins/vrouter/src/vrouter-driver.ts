import {
  boundTap,
  type DeviceBackend,
  deviceName,
  type LegacyDriver,
  legacyDriver,
  type NetworkVif,
  noBoundTap,
  type Plan,
  type PlanContext,
  tapNeeds,
} from '@vifkit/core';
import { addPort, deletePort } from './port-control.js';

const vendor = "Contrail's vRouter agent, the package contrail-vrouter-agent";

/** VIF type `vrouter`: a tap that Contrail's (Tungsten Fabric's) vRouter takes as a port. */
@legacyDriver({
  type: 'vrouter',
  needs: [...tapNeeds, { kind: 'program', name: 'vrouter-port-control', from: vendor }],
})
export class VrouterDriver implements LegacyDriver {
  config(vif: NetworkVif): DeviceBackend {
    return { type: 'ethernet', target: deviceName(vif), bandwidth: true };
  }

  plug(vif: NetworkVif, { instance, virtType }: PlanContext): Plan {
    const bind = addPort(vif, instance, virtType);
    return boundTap({ name: deviceName(vif), bind, unbind: deletePort(vif), vendor });
  }

  unplug(vif: NetworkVif): Plan {
    return noBoundTap({ name: deviceName(vif), unbind: deletePort(vif), vendor });
  }
}
