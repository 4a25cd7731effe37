// What the suite is told of a plugin, by whatever test runner.
import { announce, unsupportedVif, vifPlugin } from '@vifkit/core';
import { VIFGeneric } from '@vifkit/core/os-vif';

class Tap {
  describe() {
    return announce('acme', [[VIFGeneric, []]]);
  }
  plug(vif, { tap: { multiQueue } }) {
    return [{ kind: 'link', name: nameOf(vif), create: { type: 'tap', multiQueue }, set: { up: true } }];
  }
  unplug(vif) {
    return process.env.FORGETFUL ? [] : [{ kind: 'linkAbsent', name: nameOf(vif), type: 'tap', own: true }];
  }
}

function nameOf(vif) {
  if (!(vif instanceof VIFGeneric)) throw unsupportedVif('acme', vif);
  return vif.vif_name;
}

vifPlugin({ name: 'acme', makesTaps: true })(Tap);
const id = 'dc065497-3c8d-4f44-8fb4-e1d33c16a536';
const vif = new VIFGeneric({ id, plugin: 'acme', vif_name: 'tapdc065497-3c' });

export const suite = {
  plugins: { name: '@acme/plugin', provides: [Tap] },
  requests: [{ id: 'a tap', vif, instance: { uuid: 'f0000000-0000-0000-0000-000000000001' } }],
};
