import type { PluginPackage } from '@vifkit/core';
import { LinuxBridgeOptions } from './linux-bridge-options.js';
import { BridgeConverter, LinuxBridgePlugin } from './linux-bridge-plugin.js';

export { BridgeConverter, LinuxBridgeOptions, LinuxBridgePlugin };

/** What the package offers: inert, until a driver is given it. */
const linuxBridge: PluginPackage<{ linux_bridge: LinuxBridgeOptions }> = {
  name: '@vifkit/plugin-linux-bridge',
  provides: [LinuxBridgePlugin, BridgeConverter],
};
export default linuxBridge;
