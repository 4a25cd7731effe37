import { VifError } from '../../errors/vif-error.js';
import type { Constructor } from '../declaration.js';
import { declarationOf } from '../decorators.js';
import type { PluginPackage } from '../package.js';
import { slugOf } from '../slug.js';

/** What the names of all variables begin with. */
export const variablePrefix = 'VIF_';

/** An option that an environment variable can set. */
export interface OptionVariable {
  /** The plugin's name, or the driver's VIF type. */
  readonly owner: string;
  readonly option: string;
  /** The class that declares the option. */
  readonly options: Constructor<object>;
  /** The option's default, which tells its type. */
  readonly fallback: unknown;
}

/**
 * The environment variable that sets an option: `VIF_OVS_NETWORK_DEVICE_MTU` sets `network_device_mtu` of the
 * plugin `ovs`.
 * @param owner the plugin's name, or the driver's VIF type
 */
export function optionVariable(owner: string, option: string): string {
  const name = `${slugOf(owner)}_${option}`;
  return variablePrefix + name.toUpperCase().replaceAll(/[^A-Z0-9]/g, '_');
}

/**
 * The variables that set options of these plugins. An option whose default is an object has none.
 * @throws VifError PLUGIN_CONFLICT when one would set two options
 */
export function optionVariables(plugins: readonly PluginPackage[]): ReadonlyMap<string, OptionVariable> {
  const variables = new Map<string, OptionVariable>();
  for (const variable of plugins.flatMap(declaredBy)) {
    const name = optionVariable(variable.owner, variable.option);
    const other = variables.get(name);
    if (other && (other.owner !== variable.owner || other.option !== variable.option)) {
      const both = [other, variable].map(({ owner, option }) => `'${option}' of '${owner}'`).join(' and ');
      throw new VifError('PLUGIN_CONFLICT', `The environment variable ${name} would set ${both}`);
    }
    variables.set(name, variable);
  }
  return variables;
}

function declaredBy({ provides }: PluginPackage): OptionVariable[] {
  if (!Array.isArray(provides)) return []; // the registry will say what is wrong with it
  return provides.flatMap((target) => {
    const declaration = declarationOf(target);
    const options = declaration?.options;
    if (!options) return [];
    const owner = declaration.role === 'plugin' ? declaration.name : declaration.type;
    return Object.entries(new options())
      .filter(([, fallback]) => isReadable(fallback))
      .map(([option, fallback]) => ({ owner, option, options, fallback }));
  });
}

function isReadable(fallback: unknown): boolean {
  return typeof fallback !== 'object' || fallback === null || Array.isArray(fallback);
}
