import type { PluginPackage } from '@vifkit/core';
import { NoopPlugin } from './noop-plugin.js';

export { NoopPlugin };

const noop: PluginPackage = { name: '@vifkit/plugin-noop', provides: [NoopPlugin] };
export default noop;
