import { quote } from '../errors/quote.js';
import { VifError } from '../errors/vif-error.js';
import { routings } from '../nova/request.js';
import type { Declaration, StaticComponent, StaticDeclaration } from './declaration.js';
import { declarationOf } from './decorators.js';
import type { PluginPackage } from './package.js';
import { adaptersFor, type ContractAdapter, requireContract } from './served-contract.js';

/** The parts of a package.json that are read. */
export interface PackageManifest {
  readonly name?: string;
  readonly version?: string;
  /** Missing if the package has no declaration: it must be loaded to learn what it provides. */
  readonly vifkit?: StaticDeclaration;
}

const keys = ['contract', 'provides', 'conformance'];

/**
 * Reads a package.json, before any of the package's code runs.
 *
 * @param json the parsed contents of the file
 * @param path the path of the package, for messages
 * @throws VifError PLUGIN_INVALID for a malformed declaration; PLUGIN_INCOMPATIBLE for a contract that this core cannot
 *   serve
 */
export function readPackageManifest(
  json: unknown,
  path: string,
  adapters?: readonly ContractAdapter[],
): PackageManifest {
  const { name, version, vifkit } = isRecord(json) ? json : {};
  const given = isText(name) ? name : path;
  const declaration = vifkit === undefined ? undefined : readDeclaration(vifkit, given);
  if (declaration) {
    adaptersFor(
      { name: given, contract: declaration.contract },
      { contract: declaration.contract, path },
      adapters,
    );
  }
  return {
    ...(isText(name) && { name }),
    ...(isText(version) && { version }),
    ...(declaration && { vifkit: declaration }),
  };
}

/**
 * Checks that a package matches the declaration in its package.json.
 * @throws VifError PLUGIN_INVALID, with the differences
 */
export function requireAsDeclared({ contract, provides }: StaticDeclaration, found: PluginPackage): void {
  const declared = provides.map(titleOf);
  const real = found.provides
    .map((each) => declarationOf(each))
    .map((each) => (each ? titleOf(each) : 'none'));
  const differences = [
    ...declared
      .filter((each) => !real.includes(each))
      .map((each) => `it declares ${each}, which is not there`),
    ...real.filter((each) => !declared.includes(each)).map((each) => `it does not declare ${each}`),
    ...(found.contract !== undefined && found.contract !== contract
      ? [`it declares contract ${contract}, and the code says ${found.contract}`]
      : []),
  ];
  if (differences.length === 0) return;
  const text = `The package.json of ${found.name} does not match its code: ${differences.join('; ')}`;
  throw new VifError('PLUGIN_INVALID', `${text}. Correct "vifkit" in it.`);
}

function readDeclaration(given: unknown, name: string): StaticDeclaration {
  const refused = (what: string) =>
    new VifError('PLUGIN_INVALID', `"vifkit" in the package.json of ${name} is invalid: ${what}`);
  if (!isRecord(given)) throw refused(`it must be an object, not ${quote(given)}`);
  const unknown = Object.keys(given).find((key) => !keys.includes(key));
  if (unknown !== undefined) throw refused(`${quote(unknown)} is not known; known are ${keys.join(', ')}`);
  const { contract, provides, conformance } = given;
  requireContract(name, contract);
  if (!Array.isArray(provides)) throw refused(`provides must be a list, not ${quote(provides)}`);
  if (conformance !== undefined && !isText(conformance)) {
    throw refused(`conformance must be a path, not ${quote(conformance)}`);
  }
  const components = provides.map((each): StaticComponent => {
    const component = readComponent(each);
    if (!component) throw refused(`${quote(each)} in provides has no role, or no name or type`);
    return component;
  });
  return { contract, provides: components, ...(conformance !== undefined && { conformance }) };
}

function readComponent(given: unknown): StaticComponent | undefined {
  if (!isRecord(given)) return undefined;
  const { role, name, type } = given;
  if (role === 'plugin' && isText(name)) return { role, name };
  if (role === 'driver' && isText(type)) return { role, type };
  if (role !== 'converter' || !isText(type)) return undefined;
  if (given.routing === undefined) return { role, type };
  const routing = routings.find((each) => each === given.routing);
  return routing && { role, type, routing };
}

/** The name of a component in messages. */
export function titleOf(component: StaticComponent | Declaration): string {
  if (component.role === 'plugin') return `plugin '${component.name}'`;
  const routing = component.role === 'converter' && component.routing;
  return `${component.role} '${component.type}'${routing ? ` for routing '${routing}'` : ''}`;
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
