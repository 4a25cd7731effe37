import type { OptionsSource } from '@vifkit/core';

/**
 * The settings for loading plugins. They are apart from the others because the package exports functions that take
 * them: its types need nothing but core and engine.
 */
export interface PluginSettings {
  /** Plugin packages besides the built-in ones: names and paths. */
  readonly plugin?: readonly string[];
  /** What names them: `--plugin`, `VIF_PLUGINS`, or the path of a configuration file. */
  readonly pluginNamedBy?: string;
  /** Options of plugins, from the configuration file. */
  readonly pluginOptions?: readonly OptionsSource[];
  /** Milliseconds for the command as a whole. */
  readonly timeout: number;
}
