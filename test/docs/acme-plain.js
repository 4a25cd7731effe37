import { announce, IsMtu, inject, unsupportedVif, vifPlugin } from '@vifkit/core';
import { networkMtu } from '@vifkit/core/nova';
import { requireField, VIFGeneric } from '@vifkit/core/os-vif';

class AcmeOptions {
  mtu = 1500;
}
IsMtu()(AcmeOptions.prototype, 'mtu');

class AcmePlugin {
  #options;

  constructor(options) {
    this.#options = options;
  }

  describe() {
    return announce('acme', [[VIFGeneric, []]]);
  }

  plug(vif, { tap: { multiQueue } }) {
    const mtu = networkMtu(vif) ?? this.#options.mtu;
    return [{ kind: 'link', name: tapOf(vif), create: { type: 'tap', multiQueue }, set: { up: true, mtu } }];
  }

  unplug(vif) {
    return [{ kind: 'linkAbsent', name: tapOf(vif), type: 'tap', own: true }];
  }
}
inject(AcmeOptions)(AcmePlugin, undefined, 0);
vifPlugin({ name: 'acme', makesTaps: true, options: AcmeOptions })(AcmePlugin);

function tapOf(vif) {
  if (vif instanceof VIFGeneric) return requireField(vif, 'vif_name', vif.id);
  throw unsupportedVif('acme', vif);
}

export default { name: '@acme/vifkit-plugin', provides: [AcmePlugin] };
