import {
  announce,
  inject,
  type Plan,
  type PlanContext,
  unsupportedVif,
  type VifPlugin,
  vifPlugin,
} from '@vifkit/core';
import { networkMtu } from '@vifkit/core/nova';
import { requireField, type VIFBase, VIFGeneric } from '@vifkit/core/os-vif';
import { tapNeeds } from '@vifkit/core/steps';
import { __CLASS__Options } from './options.js';

/** A tap for each VIF. It describes the desired state of the host; vifkit applies it, and undoes what fails. */
@vifPlugin({ name: '__PLUGIN__', makesTaps: true, options: __CLASS__Options, needs: tapNeeds })
export class __CLASS__Plugin implements VifPlugin {
  constructor(@inject(__CLASS__Options) private readonly options: __CLASS__Options) {}

  describe() {
    return announce('__PLUGIN__', [[VIFGeneric, []]]);
  }

  plug(vif: VIFBase, { tap: { multiQueue } }: PlanContext): Plan {
    const mtu = networkMtu(vif) ?? this.options.mtu;
    return [{ kind: 'link', name: tapOf(vif), create: { type: 'tap', multiQueue }, set: { up: true, mtu } }];
  }

  unplug(vif: VIFBase): Plan {
    return [{ kind: 'linkAbsent', name: tapOf(vif), type: 'tap', own: true }];
  }
}

function tapOf(vif: VIFBase): string {
  if (vif instanceof VIFGeneric) return requireField(vif, 'vif_name', vif.id);
  throw unsupportedVif('__PLUGIN__', vif);
}
