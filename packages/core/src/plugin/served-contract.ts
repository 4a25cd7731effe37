import { type CoreCopy, incompatible, thisCore } from '../errors/core-copy.js';
import { quote } from '../errors/quote.js';
import { VifError } from '../errors/vif-error.js';
import type { Declaration } from './declaration.js';
import type { Component, PluginPackage } from './package.js';

/** Adapts components of one contract to the next contract. */
export interface ContractAdapter {
  /** The contract of the components that it accepts; its results are for the next contract. */
  readonly from: number;
  /**
   * The same component, with the interface of the next contract. What the adapter throws counts as the component's own
   * error.
   */
  adapt(component: Component, declaration: Declaration): Component;
}

/** Those of this core. Contract 1 is the first. */
export const ownAdapters: readonly ContractAdapter[] = [];

/** The adapters that turn a component of an older contract into one of ours, in order. */
export type AdaptersInTurn = readonly ContractAdapter[];

/**
 * The adapters that a package's class needs for this core's contract; none if it was written for that.
 *
 * @param declaredBy the copy of core whose decorator declared the class
 * @throws VifError PLUGIN_INCOMPATIBLE for a contract that is newer, or older than the adapters support; PLUGIN_INVALID
 *   for a contract that is not a number
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

/** @throws VifError PLUGIN_INVALID for a value that is not a contract version */
export function requireContract(packageName: string, contract: unknown): asserts contract is number {
  if (Number.isSafeInteger(contract) && Number(contract) >= 0) return;
  const text = `The contract of ${packageName} must be a whole number, not ${quote(contract)}`;
  throw new VifError('PLUGIN_INVALID', text);
}
