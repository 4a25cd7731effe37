import type { ListedClass, ListedPlugin } from '../plugins/listed-plugin.js';
import { printable } from './printable.js';
import { showValue } from './show-value.js';
import { plain, type Style } from './style.js';
import { type Branch, tree } from './tree.js';

/** What is registered, as a tree a package. */
export function renderPlugins(plugins: readonly ListedPlugin[], style: Style = plain): string {
  const packages = [...new Set(plugins.map((plugin) => plugin.package))];
  return packages
    .map((name) => {
      const own = plugins.filter((plugin) => plugin.package === name);
      return tree(
        style('bold', printable(name)),
        own.map((plugin) => pluginBranch(plugin, style)),
      );
    })
    .join('');
}

function pluginBranch(plugin: ListedPlugin, style: Style): Branch {
  const { role, name, type, vifs = [], options, needs, error } = plugin;
  const subject = printable(role === 'plugin' ? `${role} ${name}` : `${role} of type ${type}`);
  return {
    line: error ? `${style('red', '✗')} ${subject}` : subject,
    details: [
      ...vifs.map((vif) => {
        const profiles = vif.portProfiles.map(versions).join(', ');
        return versions(vif) + (profiles && ` with ${profiles}`);
      }),
      ...Object.entries(options).map(([key, value]) => `option ${printable(key)}: ${showValue(value)}`),
      ...needs.map(({ what, from }) => printable(`needs ${what} (${from})`)),
      ...(error ? [style('red', printable(`${error.code}: ${error.message}`))] : []),
    ],
  };
}

function versions({ class: name, minVersion, maxVersion }: ListedClass): string {
  return printable(`${name} ${minVersion === maxVersion ? minVersion : `${minVersion} to ${maxVersion}`}`);
}
