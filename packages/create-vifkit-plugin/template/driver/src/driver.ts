import { inject, type LegacyDriver, legacyDriver, type Plan, type PlanContext } from '@vifkit/core';
import { type DeviceBackend, deviceName, type NetworkVif, networkMtu } from '@vifkit/core/nova';
import { tapNeeds } from '@vifkit/core/steps';
import { __CLASS__Options } from './options.js';

/**
 * Handles VIF type `__PLUGIN__`: a tap. It describes the desired state of the host; vifkit applies it, and undoes what
 * fails.
 */
@legacyDriver({ type: '__PLUGIN__', options: __CLASS__Options, needs: tapNeeds })
export class __CLASS__Driver implements LegacyDriver {
  constructor(@inject(__CLASS__Options) private readonly options: __CLASS__Options) {}

  config(vif: NetworkVif): DeviceBackend {
    return { type: 'ethernet', target: deviceName(vif), managed: false, bandwidth: false };
  }

  plug(vif: NetworkVif, { tap: { multiQueue } }: PlanContext): Plan {
    const mtu = networkMtu(vif) ?? this.options.mtu;
    return [{ kind: 'link', name: deviceName(vif), create: { type: 'tap', multiQueue }, set: { up: true, mtu } }];
  }

  unplug(vif: NetworkVif): Plan {
    return [{ kind: 'linkAbsent', name: deviceName(vif), type: 'tap', own: true }];
  }
}
