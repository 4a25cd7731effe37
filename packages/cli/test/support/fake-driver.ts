import { VifError } from '@vifkit/core';
import type { BatchOptions, Handled, Requests, Settled, Timeline } from '@vifkit/engine';
import type { Driver } from '../../src/settings/environment.js';

/** Requests as the fakes take them: `refuse` is the message of the error that is to come of it. */
export interface FakeRequest {
  readonly id: string;
  readonly refuse?: string;
}

/** Of every request that a fake plans, checks, plugs or unplugs. */
export const timeline: Timeline = [
  { phase: 'prepare', start: 0, milliseconds: 0.25 },
  { phase: 'inspect', what: 'link', start: 0.25, milliseconds: 2.5, batch: 3 },
];

/** A driver that has each request handled by the plugin `fake`, with nothing to do, unless told otherwise. */
export function fakeDriver(methods: Partial<Driver> = {}): Driver {
  return {
    convert: () => undefined,
    configAll: settleAll(({ id }) => ({ device: { toXml: () => `<interface id="${id}"/>\n` } })),
    planAll: settleAll(() => ({ steps: [], timeline })),
    plugAll: settleAll(() => ({ changes: [], stepCount: 0, timeline })),
    checkAll: settleAll(() => ({ differences: [], timeline })),
    unplugAll: settleAll(() => ({ changes: [], stepCount: 0, timeline })),
    unplugById: async () => [],
    list: async () => ({ vifs: [], surroundings: [], failures: [] }),
    watch: async function* () {},
    config: unasked,
    plug: unasked,
    unplug: unasked,
    waitReady: unasked,
    gc: async () => [],
    close: async () => {},
    ...methods,
  };
}

function unasked(): never {
  throw new Error('Commands for requests ask for many at once');
}

/** The requests of a call: the command always has a list of them. */
export function listOf(requests: Requests<unknown>): readonly FakeRequest[] {
  if (!Array.isArray(requests)) throw new TypeError('The requests are no list');
  return requests;
}

/** A method of a driver that answers request by request. */
export function settleAll<T extends object>(answer: (request: FakeRequest) => T) {
  type Result = Settled<Handled & T>;
  return async (
    requests: Requests<unknown>,
    { onResult }: BatchOptions<Handled & T> = {},
  ): Promise<Result[]> =>
    listOf(requests).map((request, index) => {
      const { id, refuse } = request;
      const handled = { id, vifId: id, path: 'os-vif', plugin: 'fake', reason: 'it is a fake' } as const;
      const result: Result = refuse
        ? { ok: false, id, error: new VifError('INVALID_VIF', refuse) }
        : { ok: true, value: { ...handled, ...answer(request) } };
      onResult?.(result, index);
      return result;
    });
}
