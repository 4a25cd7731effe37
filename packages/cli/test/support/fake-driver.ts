import { type Handled, type Settled, VifError } from '@vifkit/core';
import type { Driver } from '../../src/surroundings.js';

/** Requests as the fakes take them: `refuse` is the message of the error that is to come of it. */
export interface FakeRequest {
  readonly id: string;
  readonly refuse?: string;
}

/** A driver that has each request handled by the plugin `fake`, with nothing to do, unless told otherwise. */
export function fakeDriver(methods: Partial<Driver> = {}): Driver {
  return {
    convert: () => undefined,
    configAll: settleAll(({ id }) => ({ device: { toXml: () => `<interface id="${id}"/>\n` } })),
    planAll: settleAll(() => ({ steps: [] })),
    plugAll: settleAll(() => ({ changes: [], stepCount: 0 })),
    checkAll: settleAll(() => ({ differences: [] })),
    unplugAll: settleAll(() => ({ changes: [], stepCount: 0 })),
    gc: async () => [],
    close: async () => {},
    ...methods,
  };
}

/** A method of a driver that answers request by request. */
export function settleAll<T extends object>(answer: (request: FakeRequest) => T) {
  return async (requests: readonly unknown[]): Promise<Settled<Handled & T>[]> =>
    (requests as readonly FakeRequest[]).map((request) => {
      const { id, refuse } = request;
      if (refuse) return { id, error: new VifError('INVALID_VIF', refuse) };
      return {
        value: { id, vifId: id, path: 'os-vif', plugin: 'fake', reason: 'it is a fake', ...answer(request) },
      };
    });
}
