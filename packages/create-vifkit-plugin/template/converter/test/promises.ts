import { readFileSync } from 'node:fs';
import { VIFGeneric } from '@vifkit/core/os-vif';
import type { ConformanceOptions } from '@vifkit/testkit/conformance';
import offered from '../src/index.js';

export const id = '6f1c9a3e-5207-4d1b-8a64-0c9e7b2d3f05';
export const instance = { uuid: '42f3a180-6b5e-4a1c-b2c3-d4e5f6071805', name: 'instance-00000005' };
export const vif = new VIFGeneric({
  id,
  plugin: '__PLUGIN__',
  address: 'fa:16:3e:10:00:05',
  vif_name: 'tap6f1c9a3e-52',
});

/** The same VIF in Nova's network model. */
const model = { id, type: '__PLUGIN__', address: 'fa:16:3e:10:00:05', devname: 'tap6f1c9a3e-52' };

/** What `npm test` and `vif conformance` check. */
const promises: ConformanceOptions = {
  plugins: offered,
  manifest: JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')),
  requests: [
    { id: 'an os-vif object', vif, instance },
    { id: 'network model', vif: model, instance },
  ],
};
export default promises;
