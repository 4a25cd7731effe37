import type { PluginPackage } from '@vifkit/core';
import { IvsConverter } from './ivs-converter.js';
import { IvsDriver } from './ivs-driver.js';
import { IvsPlugin } from './ivs-plugin.js';

export { IvsConverter, IvsDriver, IvsPlugin };

/** What the package offers: inert, until a driver is given it. */
const ivs: PluginPackage = { name: '@vifkit/plugin-ivs', provides: [IvsPlugin, IvsDriver, IvsConverter] };
export default ivs;
