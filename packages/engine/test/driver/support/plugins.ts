import {
  announce,
  type LegacyDriver,
  legacyDriver,
  type Plan,
  type PlanContext,
  unsupportedVif,
  type VifConverter,
  type VifPlugin,
  vifConverter,
  vifPlugin,
} from '@vifkit/core';
import { type DeviceBackend, deviceName, type NetworkVif } from '@vifkit/core/nova';
import { requireField, type VIFBase, VIFGeneric } from '@vifkit/core/os-vif';

type Planner = (vif: VIFBase, context: PlanContext) => unknown;

/** A plugin class whose plans are whatever this returns. */
export function pluginOf(name: string, plan: Planner): new () => VifPlugin {
  @vifPlugin({ name })
  class Made implements VifPlugin {
    describe() {
      return announce(name, [[VIFGeneric, []]]);
    }
    plug(vif: VIFBase, context: PlanContext) {
      return plan(vif, context) as Plan;
    }
    unplug(vif: VIFBase, context: PlanContext) {
      return plan(vif, context) as Plan;
    }
  }
  return Made;
}

function tapOf(vif: VIFBase): string {
  if (vif instanceof VIFGeneric) return requireField(vif, 'vif_name');
  throw unsupportedVif('taps', vif);
}

const made = (name: string): Plan => [{ kind: 'link', name, create: { type: 'tap' }, set: { up: true } }];
const gone = (name: string): Plan => [{ kind: 'linkAbsent', name, type: 'tap', own: true }];

/** The plugin `taps`: a tap that is up for each VIFGeneric. */
@vifPlugin({ name: 'taps' })
export class Taps implements VifPlugin {
  describe() {
    return announce('taps', [[VIFGeneric, []]]);
  }
  plug(vif: VIFBase) {
    return made(tapOf(vif));
  }
  unplug(vif: VIFBase) {
    return gone(tapOf(vif));
  }
}

/** VIFs of type `generic` go to the plugin `taps`, unless their profile keeps them on the legacy path. */
@vifConverter({ type: 'generic' })
export class GenericConverter implements VifConverter {
  convert(vif: NetworkVif) {
    if (vif.vnic_type !== 'normal') return undefined;
    return new VIFGeneric({ id: vif.id, address: vif.address, plugin: 'taps', vif_name: deviceName(vif) });
  }
}

class TapDriver implements LegacyDriver {
  config(vif: NetworkVif): DeviceBackend {
    return { type: 'ethernet', target: deviceName(vif), bandwidth: false };
  }
  plug(vif: NetworkVif) {
    return made(deviceName(vif));
  }
  unplug(vif: NetworkVif) {
    return gone(deviceName(vif));
  }
}

@legacyDriver({ type: '802.1qbg' })
export class QbgDriver extends TapDriver {}

@legacyDriver({ type: 'generic' })
export class GenericDriver extends TapDriver {}
