import 'reflect-metadata';
import type { InjectionToken } from 'tsyringe';
import { type CoreCopy, thisCore } from '../errors/core-copy.js';
import { VifError } from '../errors/vif-error.js';
import { type OptionRules, optionRules, readDeclared } from '../fields/options.js';
import { routings } from '../nova/request.js';
import type { HostFacts, Logger } from '../plan/host.js';
import type { LegacyDriver, VifConverter, VifPlugin } from './contract.js';
import type { Constructor, Declaration, RequirementKind } from './declaration.js';

export { inject, injectable } from 'tsyringe';

/** The injection token of the logger: `@inject(LOGGER) logger: Logger`. */
export const LOGGER: InjectionToken<Logger> = Symbol.for('vifkit.logger');

/** The injection token of the questions to the host: `@inject(FACTS) facts: HostFacts`. */
export const FACTS: InjectionToken<HostFacts> = Symbol.for('vifkit.facts');

// A registered symbol: a plugin may have been decorated by another copy of this package.
const key = Symbol.for('vifkit.declaration');
const coreKey = Symbol.for('vifkit.core');

type DeclarationOf<Role extends Declaration['role']> = Omit<Extract<Declaration, { role: Role }>, 'role'>;

/** All kinds: the compiler finds one that is missing. */
const requirementKinds: readonly string[] = Object.keys({
  program: true,
  device: true,
  module: true,
  ovsdb: true,
  dpdk: true,
  datapath: true,
  bridge: true,
  libvirt: true,
} satisfies Record<RequirementKind, true>);

const common = {
  options: { ...optionRules.function, says: 'a class whose properties are the options' },
  needs: {
    accepts: areNeeds,
    says: `a list of { kind, name, from }, each kind one of ${requirementKinds.join(', ')}`,
  },
};
const pluginRules: OptionRules<DeclarationOf<'plugin'>> = {
  ...common,
  name: optionRules.name,
  makesTaps: optionRules.flag,
};
const driverRules: OptionRules<DeclarationOf<'driver'>> = { ...common, type: optionRules.name };
const converterRules: OptionRules<DeclarationOf<'converter'>> = {
  ...driverRules,
  routing: { accepts: (value) => routings.some((each) => each === value), says: routings.join(' or ') },
};

function areNeeds(value: unknown): boolean {
  const { name } = optionRules;
  return (
    Array.isArray(value) &&
    value.every(
      (each) => requirementKinds.includes(each?.kind) && name.accepts(each.name) && name.accepts(each.from),
    )
  );
}

/**
 * Makes a class a plugin of the object path. Its constructor's parameters are injected. Each needs a token
 * (`@inject(MyOptions) options: MyOptions`), because bundlers drop the type metadata.
 * @throws VifError PLUGIN_INVALID for a malformed declaration
 */
export function vifPlugin(declaration: DeclarationOf<'plugin'>) {
  const read = readDeclared(declaration, '@vifPlugin', pluginRules, ['name']);
  return declare<VifPlugin>({ ...read, role: 'plugin' });
}

/** Makes a class the legacy driver of a VIF type. @throws VifError PLUGIN_INVALID for a malformed declaration */
export function legacyDriver(declaration: DeclarationOf<'driver'>) {
  const read = readDeclared(declaration, '@legacyDriver', driverRules, ['type']);
  return declare<LegacyDriver>({ ...read, role: 'driver' });
}

/**
 * Makes a class the converter of a VIF type into os-vif objects, by the rules of one routing or of all.
 * @throws VifError PLUGIN_INVALID for a malformed declaration
 */
export function vifConverter(declaration: DeclarationOf<'converter'>) {
  const read = readDeclared(declaration, '@vifConverter', converterRules, ['type']);
  return declare<VifConverter>({ ...read, role: 'converter' });
}

function declare<T>(declaration: Declaration) {
  return (target: Constructor<T>): void => {
    if (Reflect.hasOwnMetadata(key, target)) {
      throw new VifError('PLUGIN_INVALID', `${target.name} is declared twice; split it into two classes`);
    }
    Reflect.defineMetadata(key, declaration, target);
    Reflect.defineMetadata(coreKey, thisCore, target);
  };
}

/** The declaration of a class, or undefined if it has none of the decorators. */
export function declarationOf(target: unknown): Declaration | undefined {
  if (typeof target !== 'function') return undefined;
  return Reflect.getOwnMetadata(key, target);
}

/** The copy of this package whose decorator declared a class. */
export function coreOf(target: object): CoreCopy {
  return Reflect.getOwnMetadata(coreKey, target) ?? thisCore;
}
