import type { PluginPackage } from '@vifkit/core';
import { HwVebDriver } from './hw-veb-driver.js';

export { HwVebDriver };

/** What the package offers: inert, until a driver is given it. */
const hwVeb: PluginPackage = { name: '@vifkit/plugin-sriov-hw-veb', provides: [HwVebDriver] };
export default hwVeb;
