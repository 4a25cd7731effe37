import type { PluginPackage } from '@vifkit/core';
import { AgilioOvsConverter } from './converters/agilio-ovs-converter.js';
import { NewtonOvsConverter } from './converters/newton-ovs-converter.js';
import { OvsConverter } from './converters/ovs-converter.js';
import { OvsPlugin } from './ovs-plugin.js';
import { OvsOptions } from './port/ovs-options.js';

export { AgilioOvsConverter, NewtonOvsConverter, OvsConverter, OvsOptions, OvsPlugin };

const ovs: PluginPackage<{ ovs: OvsOptions }> = {
  name: '@vifkit/plugin-ovs-hybrid',
  provides: [OvsPlugin, NewtonOvsConverter, OvsConverter, AgilioOvsConverter],
};
export default ovs;
