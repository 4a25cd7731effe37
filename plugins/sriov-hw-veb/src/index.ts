import type { PluginPackage } from '@vifkit/core';
import { HwVebDriver } from './hw-veb-driver.js';

export { HwVebDriver };

const hwVeb: PluginPackage = { name: '@vifkit/plugin-sriov-hw-veb', provides: [HwVebDriver] };
export default hwVeb;
