import type { PluginPackage } from '@vifkit/core';
import { BridgeConverter } from './bridge-converter.js';
import { LinuxBridgePlugin } from './linux-bridge-plugin.js';

export { LinuxBridgeOptions } from './linux-bridge-options.js';
export { BridgeConverter, LinuxBridgePlugin };

const linuxBridge: PluginPackage = {
  name: '@vifkit/plugin-linux-bridge',
  provides: [LinuxBridgePlugin, BridgeConverter],
};
export default linuxBridge;
