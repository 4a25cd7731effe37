import type { PluginPackage } from '@vifkit/core';
import { MacvtapDriver } from './macvtap-driver.js';

export { MacvtapDriver };

/** What the package offers: inert, until a driver is given it. */
const macvtap: PluginPackage = { name: '@vifkit/plugin-macvtap', provides: [MacvtapDriver] };
export default macvtap;
