/** What a package can be made with. */
export const kinds = ['plugin', 'converter', 'driver'] as const;
/** One of {@link kinds}. */
export type Kind = (typeof kinds)[number];

/** All that has to be known of a package to make it. */
export interface Answers {
  /** Where it is made: a folder that is not there, or is empty. */
  readonly folder: string;
  /** The npm name. */
  readonly name: string;
  /** The name that VIFs know the plugin by, or the VIF type of a driver. */
  readonly plugin: string;
  readonly kind: Kind;
}

const packageName = /^(@[a-z0-9-][a-z0-9._-]*\/)?[a-z0-9-][a-z0-9._-]*$/;
const pluginName = /^[a-z][a-z0-9_]*$/;
const longestName = 214; // npm's

/** What is wrong with the answers, in a sentence that says what to do; undefined if nothing is. */
export function problemWith({ name, plugin, kind }: Omit<Answers, 'folder'>): string | undefined {
  if (!packageName.test(name) || name.length > longestName) {
    return `'${name}' is no name for a package: use lower-case letters, digits and hyphens, as in @acme/vifkit-plugin`;
  }
  if (!pluginName.test(plugin)) {
    return `'${plugin}' is no name for a plugin: use lower-case letters, digits and underscores, as in acme`;
  }
  if (!kinds.includes(kind)) return `'${kind}' is none of ${kinds.join(', ')}`;
  return undefined;
}

/** The answers that go with a folder of this name, where no others are given. */
export function defaultsFor(folderName: string): Omit<Answers, 'folder'> {
  const words = folderName.toLowerCase().match(/[a-z0-9]+/g) ?? [];
  const own = words.filter((word) => !['vifkit', 'vif', 'plugin'].includes(word)).join('_');
  const plugin = pluginName.test(own) ? own : 'acme';
  const name = words.join('-');
  return { name: packageName.test(name) ? name : 'vifkit-plugin', plugin, kind: 'plugin' };
}
