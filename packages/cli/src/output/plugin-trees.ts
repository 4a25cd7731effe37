import type { ListedPlugin } from '../plugins/listed-plugin.js';
import { printable } from './printable.js';
import type { Style } from './style.js';
import { type Branch, tree } from './tree.js';

type Registered = Pick<ListedPlugin, 'package' | 'role' | 'name' | 'type'>;

/** A tree a package, with a branch for each thing that is registered. */
export function pluginTrees<T extends Registered>(
  plugins: readonly T[],
  style: Style,
  branchOf: (plugin: T, subject: string) => Branch,
): string {
  const packages = [...new Set(plugins.map((plugin) => plugin.package))];
  return packages
    .map((name) => {
      const own = plugins.filter((plugin) => plugin.package === name);
      return tree(
        style('bold', printable(name)),
        own.map((plugin) => branchOf(plugin, subjectOf(plugin))),
      );
    })
    .join('');
}

function subjectOf({ role, name, type }: Registered): string {
  return printable(role === 'plugin' ? `${role} ${name}` : `${role} of type ${type}`);
}
