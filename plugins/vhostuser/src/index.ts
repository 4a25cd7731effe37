import type { PluginPackage } from '@vifkit/core';
import { VhostUserConverter } from './vhost-user-converter.js';
import { VhostUserDriver } from './vhost-user-driver.js';
import { VhostUserOptions } from './vhost-user-options.js';

export { VhostUserConverter, VhostUserDriver, VhostUserOptions };

/** What the package offers: inert, until a driver is given it. */
const vhostUser: PluginPackage<{ vhostuser: VhostUserOptions }> = {
  name: '@vifkit/plugin-vhostuser',
  provides: [VhostUserDriver, VhostUserConverter],
};
export default vhostUser;
