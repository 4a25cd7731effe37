import type { PluginPackage } from '@vifkit/core';
import { VrouterDriver } from './vrouter-driver.js';

export { VrouterDriver };

const vrouter: PluginPackage = { name: '@vifkit/plugin-vrouter', provides: [VrouterDriver] };
export default vrouter;
