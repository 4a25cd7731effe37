/** What a host has to tell for the ways of VIFs to be judged. */
export type * from './host-state.js';
export type * from './verdict.js';
