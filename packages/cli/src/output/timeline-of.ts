import type { Settled, Timeline } from '@vifkit/engine';

/** Where the time of a request went, if its result or its error tells. */
export function timelineOf(result: Settled<object>): Timeline | undefined {
  const teller: object = 'error' in result ? result.error : result.value;
  return 'timeline' in teller ? (teller.timeline as Timeline) : undefined;
}
