import type { PluginPackage } from '@vifkit/core';
import { VhostUserConverter } from './vhost-user-converter.js';
import { VhostUserDriver } from './vhost-user-driver.js';

export { VhostUserOptions } from './vhost-user-options.js';
export { VhostUserConverter, VhostUserDriver };

const vhostUser: PluginPackage = {
  name: '@vifkit/plugin-vhostuser',
  provides: [VhostUserDriver, VhostUserConverter],
};
export default vhostUser;
