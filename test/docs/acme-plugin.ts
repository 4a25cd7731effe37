import {
  announce,
  IsMtu,
  inject,
  type Plan,
  type PlanContext,
  type PluginPackage,
  unsupportedVif,
  type VifPlugin,
  vifPlugin,
} from '@vifkit/core';
import { networkMtu } from '@vifkit/core/nova';
import { requireField, type VIFBase, VIFGeneric } from '@vifkit/core/os-vif';

class AcmeOptions {
  /** The MTU of ports whose network has none, in bytes. */
  @IsMtu()
  mtu = 1500;
}

@vifPlugin({
  name: 'acme',
  makesTaps: true,
  options: AcmeOptions,
  needs: [{ kind: 'program', name: 'acmectl', from: 'the acme-agent package' }],
})
class AcmePlugin implements VifPlugin {
  readonly #options: AcmeOptions;

  constructor(@inject(AcmeOptions) options: AcmeOptions) {
    this.#options = options;
  }

  describe() {
    return announce('acme', [[VIFGeneric, []]]);
  }

  plug(vif: VIFBase, { instance, tap: { multiQueue } }: PlanContext): Plan {
    const name = tapOf(vif);
    const mtu = networkMtu(vif) ?? this.#options.mtu;
    return [
      { kind: 'link', name, create: { type: 'tap', multiQueue }, set: { up: true, mtu } },
      {
        kind: 'command',
        argv: ['acmectl', 'bind', vif.id, name, instance.uuid],
        undo: ['acmectl', 'unbind', vif.id],
        vendor: 'the acme-agent package',
      },
    ];
  }

  unplug(vif: VIFBase): Plan {
    return [
      { kind: 'command', argv: ['acmectl', 'unbind', vif.id], vendor: 'the acme-agent package' },
      { kind: 'linkAbsent', name: tapOf(vif), type: 'tap', own: true },
    ];
  }
}

function tapOf(vif: VIFBase): string {
  if (vif instanceof VIFGeneric) return requireField(vif, 'vif_name', vif.id);
  throw unsupportedVif('acme', vif);
}

/** What the package provides. It is inert until it is given to a driver. */
const acme: PluginPackage = { name: '@acme/vifkit-plugin', provides: [AcmePlugin] };
export default acme;
