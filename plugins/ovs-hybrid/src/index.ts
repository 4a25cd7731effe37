import type { PluginPackage } from '@vifkit/core';
import { OvsConverter } from './ovs-converter.js';
import { OvsPlugin } from './ovs-plugin.js';

export { OvsOptions } from './ovs-options.js';
export { OvsConverter, OvsPlugin };

const ovs: PluginPackage = { name: '@vifkit/plugin-ovs-hybrid', provides: [OvsPlugin, OvsConverter] };
export default ovs;
