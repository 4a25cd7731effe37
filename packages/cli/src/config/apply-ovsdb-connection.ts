import type { OptionsSource } from '@vifkit/core';
import type { Command } from 'commander';

/** What sets the option in the environment, as core's `optionVariable` calls it. */
const variable = 'VIF_OVS_OVSDB_CONNECTION';

/**
 * Where neither the command line, the environment nor the configuration file says where the OVSDB server listens, the
 * option `ovsdb_connection` of the plugin `ovs` does: all plugins share one connection, and the command opens it.
 */
export function applyOvsdbConnection(program: Command, env: NodeJS.ProcessEnv): void {
  if (program.getOptionValueSource('ovsdb') !== 'default') return;
  const [file] = (program.getOptionValue('pluginOptions') ?? []) as readonly OptionsSource[];
  const options: { readonly ovsdb_connection?: unknown } = file?.options.ovs ?? {};
  const endpoint = env[variable] ?? options.ovsdb_connection;
  // What is no text, the plugin's options refuse.
  if (typeof endpoint === 'string') program.setOptionValueWithSource('ovsdb', endpoint, 'config');
}
