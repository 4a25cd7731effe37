/** Options by plugin name or VIF type. */
export type OptionsByName = Readonly<Record<string, object>>;

/** Options, and where they come from. Of several sources, a later one overrides an earlier one, option by option. */
export interface OptionsSource {
  /** What messages call it: a file's path, a variable's name. */
  readonly name?: string;
  readonly options: OptionsByName;
}

/** What a source gives to one plugin. */
export interface GivenOptions {
  readonly from: string | undefined;
  /** Not checked yet: an object of options by name, if all is well. */
  readonly values: unknown;
}

/** The end of a message about a source's options. */
export function fromSource(name: string | undefined): string {
  return name === undefined ? '' : ` (from ${name})`;
}
