import type { ListedPlugin } from '../plugins/listed-plugin.js';
import { printable } from './printable.js';
import type { Style } from './style.js';
import { type Branch, tree } from './tree.js';

type Registered = Pick<ListedPlugin, 'package' | 'role' | 'name' | 'type' | 'routing'>;

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

function subjectOf({ role, name, type, routing }: Registered): string {
  if (role === 'plugin') return printable(`${role} ${name}`);
  return printable(`${role} of type ${type}${routing ? ` for routing ${routing}` : ''}`);
}
