import { type OpenVSwitch, requireOwnNetwork, startOpenVSwitch } from '@vifkit/testkit/bed';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { byColumn, byExternalId, queryRows, queryTable, select } from '../../src/openvswitch/row-query.js';
import { OvsdbClient } from '../../src/ovsdb/client.js';

const ports = Array.from({ length: 40 }, (_, i) => `p${i}`);

describe('rows of a database', () => {
  let vswitch: OpenVSwitch;
  let client: OvsdbClient;
  beforeAll(async () => {
    requireOwnNetwork();
    vswitch = await startOpenVSwitch({ dummy: true });
    client = new OvsdbClient({ endpoint: vswitch.endpoint });
    const adding = ports.flatMap((port, i) => [
      ...['--', 'add-port', 'br0', port],
      ...['--', 'set', 'Port', port, `external_ids:owner=o${i % 4}`],
    ]);
    await vswitch.vsctl(
      '--no-wait',
      'add-br',
      'br0',
      '--',
      'set',
      'Bridge',
      'br0',
      'datapath_type=dummy',
      ...adding,
    );
  });
  afterAll(async () => {
    await client.close();
    await vswitch.stop();
  });

  const namesBy = async (keys: readonly string[], key: ReturnType<typeof byColumn>) => {
    const query = { found: queryRows('Port', ['name', 'external_ids'], keys, key) };
    const { found } = await select(client, query, AbortSignal.timeout(20_000));
    return Object.fromEntries([...found].map(([each, rows]) => [each, rows.map(({ name }) => name).sort()]));
  };

  it('are found by few keys as by many', async () => {
    const few = await namesBy(['p1', 'p39', 'none'], byColumn('name'));
    expect(few).toEqual({ p1: ['p1'], p39: ['p39'], none: [] });
    expect(await namesBy([...ports, 'none'], byColumn('name'))).toMatchObject(few);

    const owner = byExternalId('owner');
    const owned = await namesBy(['o1', 'o9'], owner);
    expect(owned.o1).toHaveLength(10);
    expect(owned.o9).toEqual([]);
    const many = ['o1', 'o9', ...ports];
    expect(await namesBy(many, owner)).toMatchObject(owned);
  });

  it('are read for several questions at once', async () => {
    const answers = await select(
      client,
      { bridges: queryTable('Bridge', ['name']), none: queryRows('Port', ['name'], [], byColumn('name')) },
      AbortSignal.timeout(20_000),
    );
    expect(answers.bridges).toEqual([{ name: 'br0' }]);
    expect(answers.none.size).toBe(0);
  });
});
