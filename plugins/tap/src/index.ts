import type { PluginPackage } from '@vifkit/core';
import { TapDriver } from './tap-driver.js';

export { TapDriver };

/** What the package offers: inert, until a driver is given it. */
const tap: PluginPackage = { name: '@vifkit/plugin-tap', provides: [TapDriver] };
export default tap;
