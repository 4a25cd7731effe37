import { announce, type Plan, VIFVHostUser, type VifPlugin, vifPlugin } from '@vifkit/core';

/** os-vif's `noop`: for a VIF whose backend is connected by someone else, such as a vhost-user socket's owner. */
@vifPlugin({ name: 'noop' })
export class NoopPlugin implements VifPlugin {
  describe() {
    return announce('noop', [[VIFVHostUser, []]]);
  }

  plug(): Plan {
    return [];
  }

  unplug(): Plan {
    return [];
  }
}
