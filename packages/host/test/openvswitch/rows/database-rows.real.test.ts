import { Deadline } from '@vifkit/engine/time';
import {
  type OpenVSwitch,
  type OvsdbCounter,
  requireOwnNetwork,
  startOpenVSwitch,
  startOvsdbCounter,
} from '@vifkit/testkit/bed';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DatabaseRows } from '../../../src/openvswitch/rows/database-rows.js';
import {
  byColumn,
  byExternalId,
  DATABASE,
  type Key,
  queryRows,
  queryTable,
} from '../../../src/openvswitch/rows/queries.js';
import { OvsdbClient } from '../../../src/ovsdb/client.js';

requireOwnNetwork();

const ports = Array.from({ length: 40 }, (_, i) => `p${i}`);
const soon = () => new Deadline(20_000).signal;

let vswitch: OpenVSwitch;
let counter: OvsdbCounter;
let client: OvsdbClient;
let rows: DatabaseRows;

beforeEach(async () => {
  vswitch = await startOpenVSwitch({ dummy: true });
  counter = await startOvsdbCounter(vswitch.endpoint);
  client = new OvsdbClient({ endpoint: counter.endpoint });
  const adding = ports.flatMap((port, i) => [
    ...['--', 'add-port', 'br0', port],
    ...['--', 'set', 'Port', port, `external_ids:owner=o${i % 4}`],
  ]);
  const bridge = ['add-br', 'br0', '--', 'set', 'Bridge', 'br0', 'datapath_type=dummy'];
  await vswitch.vsctl('--no-wait', ...bridge, ...adding);
});
afterEach(async () => {
  await client.close();
  await counter.stop();
  await vswitch.stop();
});

async function namesBy(keys: readonly string[], key: Key) {
  const query = { found: queryRows('Port', ['name', 'external_ids'], keys, key) };
  const { found } = await rows.read(query, soon());
  return Object.fromEntries([...found].map(([each, list]) => [each, list.map(({ name }) => name).sort()]));
}

describe.each([
  ['of a process that makes a call', false],
  ['of a process that lives on', true],
])('rows %s', (_, isLongLived) => {
  beforeEach(() => {
    rows = new DatabaseRows(client, isLongLived);
  });

  it('are found by few keys as by many', async () => {
    const few = await namesBy(['p1', 'p39', 'none'], byColumn('name'));
    expect(few).toEqual({ p1: ['p1'], p39: ['p39'], none: [] });
    const owner = byExternalId('owner');
    const owned = await namesBy(['o1', 'o9'], owner);
    expect(owned.o1).toHaveLength(10);
    expect(owned.o9).toEqual([]);

    expect(await namesBy([...ports, 'none'], byColumn('name'))).toMatchObject(few);
    expect(await namesBy(['o1', 'o9', ...ports], owner)).toMatchObject(owned);
  });

  it('are read for several questions at once', async () => {
    const queries = {
      bridges: queryTable('Bridge', ['name', 'datapath_type']),
      none: queryRows('Port', ['name'], [], byColumn('name')),
    };
    const answers = await rows.read(queries, soon());
    expect(answers.bridges).toEqual([expect.objectContaining({ name: 'br0', datapath_type: 'dummy' })]);
    expect(answers.none.size).toBe(0);
  });

  it('show what others have changed once they are refreshed, and what we changed at once', async () => {
    await namesBy(['p1'], byColumn('name'));
    for (let i = 0; i < 20; i++) {
      await vswitch.vsctl('--no-wait', 'add-port', 'br0', `q${i}`, '--', 'del-port', `p${i}`);
      await rows.refresh(soon());
      const names = await namesBy([`p${i}`, `q${i}`], byColumn('name'));
      expect(names).toEqual({ [`p${i}`]: [], [`q${i}`]: [`q${i}`] });

      const where = [['name', '==', `q${i}`]] as const;
      const row = { external_ids: ['map', [['owner', `mine${i}`]]] } as const;
      await client.transact(DATABASE, [{ op: 'update', table: 'Port', where, row }], soon());
      const owned = await namesBy([`mine${i}`], byExternalId('owner'));
      expect(owned).toEqual({ [`mine${i}`]: [`q${i}`] });
    }
  });

  it('are those of the database after its server was restarted', async () => {
    await namesBy(['p1'], byColumn('name'));
    await vswitch.server.stop();
    await vswitch.server.start();
    await vswitch.vsctl('--no-wait', 'del-port', 'p1');
    await rows.refresh(soon());
    expect(await namesBy(['p1', 'p2'], byColumn('name'))).toEqual({ p1: [], p2: ['p2'] });
  });

  it('are waited for until ovs-vswitchd has them in operation, several at a time', async () => {
    const bump = [{ op: 'mutate', table: DATABASE, where: [], mutations: [['next_cfg', '+=', 1]] }] as const;
    const select = [{ op: 'select', table: DATABASE, where: [], columns: ['next_cfg'] }] as const;
    const [, result] = await client.transact(DATABASE, [...bump, ...select], soon());
    const next = Number(result?.rows?.[0]?.next_cfg);
    await Promise.all([rows.untilConfigured(next, soon()), rows.untilConfigured(next - 1, soon())]);
    await rows.untilConfigured(next, soon());
    const never = rows.untilConfigured(next + 1, new Deadline(100).signal);
    await expect(never).rejects.toMatchObject({ code: 'TIMEOUT' });
  });
});

describe('a replica', () => {
  it('answers a process that lives on without further questions to the server', async () => {
    rows = new DatabaseRows(client, true);
    for (const port of ports) await namesBy([port], byColumn('name'));
    expect(counter.reads).toBe(1); // the monitor's start
  });

  it('is made for whoever asks for many rows, and then asked for few too', async () => {
    rows = new DatabaseRows(client, false);
    await namesBy(['p1'], byColumn('name'));
    expect(counter.reads).toBe(1);
    await namesBy(ports, byColumn('name'));
    await namesBy(['p1'], byColumn('name'));
    expect(counter.reads).toBe(2);
  });

  it('whose start one caller gave up is there for the others', async () => {
    rows = new DatabaseRows(client, true);
    const query = { bridges: queryTable('Bridge', ['name']) };
    const patient = rows.read(query, soon());
    await expect(rows.read(query, AbortSignal.abort())).rejects.toMatchObject({ code: 'ABORTED' });
    expect((await patient).bridges).toHaveLength(1);
  });

  it('is made once the server is there', async () => {
    rows = new DatabaseRows(client, true);
    await vswitch.server.stop();
    const unreachable = expect.objectContaining({ code: 'OVSDB_UNREACHABLE' });
    await expect(namesBy(['p1'], byColumn('name'))).rejects.toThrow(unreachable);
    await vswitch.server.start();
    expect(await namesBy(['p1'], byColumn('name'))).toEqual({ p1: ['p1'] });
  });
});
