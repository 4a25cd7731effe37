import type { PluginPackage } from '@vifkit/core';
import { VrouterConverter } from './vrouter-converter.js';
import { VrouterDriver, VrouterPlugin } from './vrouter-driver.js';

export { VrouterConverter, VrouterDriver, VrouterPlugin };

/** What the package offers: inert, until a driver is given it. */
const vrouter: PluginPackage = {
  name: '@vifkit/plugin-vrouter',
  provides: [VrouterPlugin, VrouterDriver, VrouterConverter],
};
export default vrouter;
