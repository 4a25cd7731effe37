import type { PluginPackage } from '@vifkit/core';
import { MidonetDriver } from './midonet-driver.js';

export { MidonetDriver };

/** What the package offers: inert, until a driver is given it. */
const midonet: PluginPackage = { name: '@vifkit/plugin-midonet', provides: [MidonetDriver] };
export default midonet;
