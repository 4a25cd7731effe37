import type { ListedClass, ListedOption, ListedPlugin } from '../plugins/listed-plugin.js';
import { pluginTrees } from './plugin-trees.js';
import { printable } from './printable.js';
import { showValue } from './show-value.js';
import { plain, type Style } from './style.js';

/** What is registered, as a tree a package. */
export function renderPlugins(plugins: readonly ListedPlugin[], style: Style = plain): string {
  return pluginTrees(plugins, style, ({ vifs = [], options, needs, error }, subject) => ({
    line: error ? `${style('red', '✗')} ${subject}` : subject,
    details: [
      ...vifs.map((vif) => {
        const profiles = vif.portProfiles.map(versions).join(', ');
        return versions(vif) + (profiles && ` with ${profiles}`);
      }),
      ...Object.entries(options).map(optionLine),
      ...needs.map(({ name, from }) => printable(`needs ${name} (${from})`)),
      ...(error ? [style('red', printable(`${error.code}: ${error.message}`))] : []),
    ],
  }));
}

function optionLine([name, { value, default: fallback, source, variable }]: [string, ListedOption]): string {
  const origin = source === 'default' ? variable : `from ${source}; default ${showValue(fallback)}`;
  return `option ${printable(name)}: ${showValue(value)} (${printable(origin)})`;
}

function versions({ class: name, minVersion, maxVersion }: ListedClass): string {
  return printable(`${name} ${minVersion === maxVersion ? minVersion : `${minVersion} to ${maxVersion}`}`);
}
