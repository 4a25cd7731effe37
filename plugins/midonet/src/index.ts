import type { PluginPackage } from '@vifkit/core';
import { MidonetDriver } from './midonet-driver.js';

export { MidonetDriver };

const midonet: PluginPackage = { name: '@vifkit/plugin-midonet', provides: [MidonetDriver] };
export default midonet;
