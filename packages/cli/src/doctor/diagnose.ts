import type { Requirement } from '@vifkit/core';
import type { Lack } from '@vifkit/host';
import type { ListedPlugin } from '../plugins/listed-plugin.js';
import type { Diagnosis, LackedNeed } from './diagnosis.js';

/** Looks for requirements on a host: for each what is lacking, or undefined. */
export type Examine = (requirements: readonly Requirement[]) => Promise<readonly (Lack | undefined)[]>;

/** Has all that the plugins and drivers need looked for, in one go. Converters need nothing of a host. */
export async function diagnose(listed: readonly ListedPlugin[], examine: Examine): Promise<Diagnosis[]> {
  const plugins = listed.filter(({ role }) => role !== 'converter');
  const lacks = await examine(plugins.flatMap(({ needs }) => needs));
  let next = 0;
  return plugins.map(({ options: _options, vifs: _vifs, needs, ...plugin }) => ({
    ...plugin,
    lacks: needs.flatMap(({ kind, name }): LackedNeed[] => {
      const lack = lacks[next++];
      return lack ? [{ kind, name, ...lack }] : [];
    }),
  }));
}
