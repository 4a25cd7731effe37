import type { PluginPackage } from '@vifkit/core';
import { IbHostdevDriver } from './ib-hostdev-driver.js';

export { IbHostdevDriver };

/** What the package offers: inert, until a driver is given it. */
const ibHostdev: PluginPackage = { name: '@vifkit/plugin-ib-hostdev', provides: [IbHostdevDriver] };
export default ibHostdev;
