import type { PluginPackage } from '@vifkit/core';
import { __CLASS__Converter } from './converter.js';
import { __CLASS__Plugin } from './plugin.js';

export { __CLASS__Converter } from './converter.js';
export { __CLASS__Options } from './options.js';
export { __CLASS__Plugin } from './plugin.js';

/** What the package provides. It is inert until it is given to a driver. */
const offered: PluginPackage = {
  name: '__PACKAGE__',
  contract: 1,
  provides: [__CLASS__Plugin, __CLASS__Converter],
};
export default offered;
