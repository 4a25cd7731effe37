import type { PluginPackage } from '@vifkit/core';
import { VhostUserDriver } from './vhost-user-driver.js';

export { VhostUserOptions } from './vhost-user-options.js';
export { VhostUserDriver };

const vhostUser: PluginPackage = { name: '@vifkit/plugin-vhostuser', provides: [VhostUserDriver] };
export default vhostUser;
