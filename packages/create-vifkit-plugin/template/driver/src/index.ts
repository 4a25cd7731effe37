import type { PluginPackage } from '@vifkit/core';
import { __CLASS__Driver } from './driver.js';

export { __CLASS__Driver } from './driver.js';
export { __CLASS__Options } from './options.js';

/** What the package provides. It is inert until it is given to a driver. */
const offered: PluginPackage = { name: '__PACKAGE__', contract: 1, provides: [__CLASS__Driver] };
export default offered;
