import type { PluginPackage } from '@vifkit/core';
import { IovisorDriver } from './iovisor-driver.js';

export { IovisorDriver };

/** What the package offers: inert, until a driver is given it. */
const iovisor: PluginPackage = { name: '@vifkit/plugin-iovisor', provides: [IovisorDriver] };
export default iovisor;
