import type { PluginPackage } from '@vifkit/core';
import { QbgDriver } from './qbg-driver.js';
import { QbhDriver } from './qbh-driver.js';

export { QbgDriver, QbhDriver };

/** What the package offers: inert, until a driver is given it. */
const vepa: PluginPackage = { name: '@vifkit/plugin-vepa', provides: [QbgDriver, QbhDriver] };
export default vepa;
