import type { PluginPackage } from '@vifkit/core';
import { VrouterConverter } from './vrouter-converter.js';
import { VrouterDriver, VrouterPlugin } from './vrouter-driver.js';

export { VrouterConverter, VrouterDriver, VrouterPlugin };

const vrouter: PluginPackage = {
  name: '@vifkit/plugin-vrouter',
  provides: [VrouterPlugin, VrouterDriver, VrouterConverter],
};
export default vrouter;
