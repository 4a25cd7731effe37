import { setImmediate as turn } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { OvsSource } from '../../src/inventory/ovs-source.js';
import type { OvsdbMonitor } from '../../src/ovsdb/client.js';
import type { MonitorListener } from '../../src/ovsdb/monitor.js';
import * as values from '../../src/ovsdb/values.js';

/** A database without rows, that tells its monitors of changes. */
function database() {
  const listeners = new Set<MonitorListener>();
  const client = {
    transact: async () => [{ rows: [] }, { rows: [] }, { rows: [] }],
    async monitor(_: string, __: unknown, listen: MonitorListener): Promise<OvsdbMonitor> {
      listeners.add(listen);
      listen({}, true);
      return { sync: async () => {}, cancel: () => void listeners.delete(listen) };
    },
  };
  return { client, listeners };
}

it('notifies each of several watches of changes, until that one ends', async () => {
  const { client, listeners } = database();
  const source = new OvsSource(client);
  const [one, two] = [new AbortController(), new AbortController()];
  const told = { one: 0, two: 0 };
  const first = source.watch(() => (told.one += 1), one.signal);
  const second = source.watch(() => (told.two += 1), two.signal);
  await turn();
  one.abort();
  await first;
  expect(listeners.size).toBe(1);
  const before = { ...told };
  const row = { name: 'br0', datapath_type: '', external_ids: values.map({}), ports: values.set([]) };
  for (const listen of listeners) listen({ Bridge: { id: { new: row } } }, false);
  expect(told).toEqual({ one: before.one, two: before.two + 1 });
  expect(await source.read(two.signal)).toMatchObject([{ kind: 'ovsBridge', name: 'br0' }]);
  two.abort();
  await second;
  expect(listeners.size).toBe(0);
});
