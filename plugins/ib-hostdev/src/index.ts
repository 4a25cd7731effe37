import type { PluginPackage } from '@vifkit/core';
import { IbHostdevDriver } from './ib-hostdev-driver.js';

export { IbHostdevDriver };

const ibHostdev: PluginPackage = { name: '@vifkit/plugin-ib-hostdev', provides: [IbHostdevDriver] };
export default ibHostdev;
