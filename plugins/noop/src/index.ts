import type { PluginPackage } from '@vifkit/core';
import { NoopPlugin } from './noop-plugin.js';

export { NoopPlugin };

/** What the package offers: inert, until a driver is given it. */
const noop: PluginPackage = { name: '@vifkit/plugin-noop', provides: [NoopPlugin] };
export default noop;
