import type { PluginPackage } from '@vifkit/core';
import { IovisorDriver } from './iovisor-driver.js';

export { IovisorDriver };

const iovisor: PluginPackage = { name: '@vifkit/plugin-iovisor', provides: [IovisorDriver] };
export default iovisor;
