import * as contract from '@vifkit/core';
import * as nova from '@vifkit/core/nova';
import * as osVif from '@vifkit/core/os-vif';

/** What a vendor's package is written with, of all entries of core. */
export const ours = { ...contract, ...nova, ...osVif };

/** A copy of core. */
export type Core = typeof ours;

// The compiled modules: another copy of core than the sources, which the tests run on.
const load = (entry: string) => import(new URL(`../../../core/dist/${entry}.js`, import.meta.url).href);
export const theirs: Core = {
  ...(await load('index')),
  ...(await load('nova')),
  ...(await load('os-vif')),
};
