import type { PluginPackage } from '@vifkit/core';
import { HostdevPhysicalDriver } from './hostdev-physical-driver.js';

export { HostdevPhysicalDriver };

const hostdevPhysical: PluginPackage = {
  name: '@vifkit/plugin-hostdev-physical',
  provides: [HostdevPhysicalDriver],
};
export default hostdevPhysical;
