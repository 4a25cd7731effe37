import { type CoreCopy, incompatible, thisCore } from '../errors/core-copy.js';
import { quote } from '../errors/quote.js';
import { VifError } from '../errors/vif-error.js';
import type { Declaration } from './declaration.js';
import type { Component, PluginPackage } from './package.js';

/** Makes what was written for one contract serve the next. */
export interface ContractAdapter {
  /** The contract that it takes components of; what it returns is for the contract after that. */
  readonly from: number;
  /** The same component, called as the next contract calls it. What it throws fails as the component's own error. */
  adapt(component: Component, declaration: Declaration): Component;
}

/** Those of this core. Contract 1 is the first. */
export const ownAdapters: readonly ContractAdapter[] = [];

/** A component of an older contract as one of ours: the adapters that it takes, in their order. */
export type AdaptersInTurn = readonly ContractAdapter[];

/**
 * What it takes for a class of a package to be called by this core's contract: nothing, if it was written for that.
 *
 * @param declaredBy the copy of core whose decorator declared the class
 * @throws VifError PLUGIN_INCOMPATIBLE for a contract that is newer, or older than the adapters reach;
 *   PLUGIN_INVALID for a contract that is no number
 */
export function adaptersFor(
  { name, contract = undefined }: Pick<PluginPackage, 'name' | 'contract'>,
  declaredBy: CoreCopy,
  adapters: readonly ContractAdapter[] = ownAdapters,
): AdaptersInTurn {
  if (contract !== undefined) requireContract(name, contract);
  const from = contract ?? declaredBy.contract;
  const inTurn: ContractAdapter[] = [];
  for (let reached = from; reached !== thisCore.contract; reached += 1) {
    const adapter = adapters.find((each) => each.from === reached);
    if (reached > thisCore.contract || !adapter) {
      throw incompatible(name, { contract: from, path: declaredBy.path });
    }
    inTurn.push(adapter);
  }
  return inTurn;
}

/** @throws VifError PLUGIN_INVALID for what is no version of a contract */
export function requireContract(packageName: string, contract: unknown): asserts contract is number {
  if (Number.isSafeInteger(contract) && Number(contract) >= 0) return;
  const text = `The contract of ${packageName} must be a whole number, not ${quote(contract)}`;
  throw new VifError('PLUGIN_INVALID', text);
}
