import type { PluginPackage } from '@vifkit/core';
import { HostdevPhysicalDriver } from './hostdev-physical-driver.js';

export { HostdevPhysicalDriver };

/** What the package offers: inert, until a driver is given it. */
const hostdevPhysical: PluginPackage = {
  name: '@vifkit/plugin-hostdev-physical',
  provides: [HostdevPhysicalDriver],
};
export default hostdevPhysical;
