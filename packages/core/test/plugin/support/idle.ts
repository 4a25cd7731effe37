import type { DeviceBackend } from '../../../src/nova/guest-device.js';
import type { Plan } from '../../../src/plan/steps.js';
import { announce } from '../../../src/plugin/announce.js';
import type { LegacyDriver, VifPlugin } from '../../../src/plugin/contract.js';

/** A plugin and driver in one, to be declared as either, that plans nothing. */
export class Idle implements VifPlugin, LegacyDriver {
  describe() {
    return announce('idle', []);
  }

  plug(): Plan {
    return [];
  }

  unplug(): Plan {
    return [];
  }

  config(): DeviceBackend {
    return { type: 'ethernet', target: 'tap0', bandwidth: false };
  }
}
