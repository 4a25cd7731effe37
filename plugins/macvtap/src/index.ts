import type { PluginPackage } from '@vifkit/core';
import { MacvtapDriver } from './macvtap-driver.js';

export { MacvtapDriver };

const macvtap: PluginPackage = { name: '@vifkit/plugin-macvtap', provides: [MacvtapDriver] };
export default macvtap;
