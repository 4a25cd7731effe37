import type { PluginPackage } from '@vifkit/core';
import { TapDriver } from './tap-driver.js';

export { TapDriver };

const tap: PluginPackage = { name: '@vifkit/plugin-tap', provides: [TapDriver] };
export default tap;
