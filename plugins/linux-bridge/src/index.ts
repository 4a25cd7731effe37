import type { PluginPackage } from '@vifkit/core';
import { BridgeConverter } from './bridge-converter.js';
import { LinuxBridgeOptions } from './linux-bridge-options.js';
import { LinuxBridgePlugin } from './linux-bridge-plugin.js';

export { BridgeConverter, LinuxBridgeOptions, LinuxBridgePlugin };

const linuxBridge: PluginPackage<{ linux_bridge: LinuxBridgeOptions }> = {
  name: '@vifkit/plugin-linux-bridge',
  provides: [LinuxBridgePlugin, BridgeConverter],
};
export default linuxBridge;
