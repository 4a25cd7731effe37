import type { VifError } from '@vifkit/core';

/** One request of an input, or why it is none. */
export type Input = ({ readonly request: object } | { readonly error: VifError }) & {
  /** The bytes that it takes in memory, roughly. */
  readonly size: number;
};
