import type { PluginPackage } from '@vifkit/core';
import { IvsDriver } from './ivs-driver.js';

export { IvsDriver };

const ivs: PluginPackage = { name: '@vifkit/plugin-ivs', provides: [IvsDriver] };
export default ivs;
