/** The kinds of packages that can be made. */
export const kinds = ['plugin', 'converter', 'driver'] as const;
/** One of {@link kinds}. */
export type Kind = (typeof kinds)[number];

/** What must be known to make a package. */
export interface Answers {
  /** Where it is made: a folder that does not exist or is empty. */
  readonly folder: string;
  /** The npm name. */
  readonly name: string;
  /** The name by which VIFs refer to the plugin, or the VIF type of a driver. */
  readonly plugin: string;
  readonly kind: Kind;
}

const packageName = /^(@[a-z0-9-][a-z0-9._-]*\/)?[a-z0-9-][a-z0-9._-]*$/;
const pluginName = /^[a-z][a-z0-9_]*$/;
const maxNameLength = 214; // npm's limit

/** What is wrong with the answers, in a sentence that says what to do; undefined if they are valid. */
export function problemWith({ name, plugin, kind }: Omit<Answers, 'folder'>): string | undefined {
  if (!packageName.test(name) || name.length > maxNameLength) {
    return `'${name}' is not a valid package name: use lower-case letters, digits and hyphens, as in @acme/vifkit-plugin`;
  }
  if (!pluginName.test(plugin)) {
    return `'${plugin}' is not a valid plugin name: use lower-case letters, digits and underscores, as in acme`;
  }
  if (!kinds.includes(kind)) return `'${kind}' is not a kind: use ${kinds.join(', ')}`;
  return undefined;
}

/** The default answers for a folder with this name. */
export function defaultsFor(folderName: string): Omit<Answers, 'folder'> {
  const words = folderName.toLowerCase().match(/[a-z0-9]+/g) ?? [];
  const own = words.filter((word) => !['vifkit', 'vif', 'plugin'].includes(word)).join('_');
  const plugin = pluginName.test(own) ? own : 'acme';
  const name = words.join('-');
  return { name: packageName.test(name) ? name : 'vifkit-plugin', plugin, kind: 'plugin' };
}
