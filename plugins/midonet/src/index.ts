import {
  type LegacyDriver,
  legacyDriver,
  type Plan,
  type PlanContext,
  type PluginPackage,
} from '@vifkit/core';
import { type DeviceBackend, deviceName, type NetworkVif } from '@vifkit/core/nova';
import { boundTap, noBoundTap, tapNeeds } from '@vifkit/core/steps';

const vendor = "MidoNet's agent, the package midolman";

/** VIF type `midonet`: a tap that MidoNet's agent binds to a port of its virtual network. */
@legacyDriver({
  type: 'midonet',
  needs: [...tapNeeds, { kind: 'program', name: 'mm-ctl', from: vendor }],
})
export class MidonetDriver implements LegacyDriver {
  config(vif: NetworkVif): DeviceBackend {
    // Nova leaves the bandwidth of these to MidoNet.
    return { type: 'ethernet', target: deviceName(vif), managed: false, bandwidth: false };
  }

  plug(vif: NetworkVif, { tap: { multiQueue } }: PlanContext): Plan {
    const name = deviceName(vif);
    const bind = ['mm-ctl', '--bind-port', vif.id, name];
    return boundTap({ name, multiQueue, bind, unbind: unbind(vif), vendor });
  }

  unplug(vif: NetworkVif): Plan {
    return noBoundTap({ name: deviceName(vif), unbind: unbind(vif), vendor });
  }
}

function unbind({ id }: NetworkVif): string[] {
  return ['mm-ctl', '--unbind-port', id];
}

/** What the package provides. It is inert until it is given to a driver. */
const midonet: PluginPackage = { name: '@vifkit/plugin-midonet', provides: [MidonetDriver] };
export default midonet;
