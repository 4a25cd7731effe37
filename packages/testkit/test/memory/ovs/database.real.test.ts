import { Deadline } from '@vifkit/engine/time';
import { OvsdbClient, OvsdbOperationError } from '@vifkit/host/ovsdb';
import type { Operation, Ovsdb } from '@vifkit/host/parts';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type OpenVSwitch, requireOwnNetwork, startOpenVSwitch } from '../../../src/bed/index.js';
import { memoryHost } from '../../../src/index.js';

let ovs: OpenVSwitch;
let client: OvsdbClient;

beforeAll(async () => {
  requireOwnNetwork();
  ovs = await startOpenVSwitch();
  client = new OvsdbClient({ endpoint: ovs.endpoint });
});

afterAll(async () => {
  await client?.close();
  await ovs?.stop();
});

const insertPort = (name: string, bridge: string, n = 1): Operation[] => [
  { op: 'insert', table: 'Interface', 'uuid-name': `i${n}`, row: { name, type: 'patch' } },
  {
    op: 'insert',
    table: 'Port',
    'uuid-name': `p${n}`,
    row: { name, interfaces: ['named-uuid', `i${n}`], trunks: ['set', [4, 2]] },
  },
  {
    op: 'mutate',
    table: 'Bridge',
    where: [['name', '==', bridge]],
    mutations: [['ports', 'insert', ['named-uuid', `p${n}`]]],
  },
];
const select = (table: string, where: Extract<Operation, { op: 'select' }>['where'], ...columns: string[]) =>
  ({ op: 'select', table, where, columns }) as const;
const wait = (until: '==' | '!=', name: string, ...rows: string[]): Operation => ({
  op: 'wait',
  table: 'Port',
  where: [['name', '==', name]],
  columns: ['name'],
  until,
  rows: rows.map((each) => ({ name: each })),
  timeout: 0,
});
const mutateIds = (...mutations: Extract<Operation, { op: 'mutate' }>['mutations']): Operation => ({
  op: 'mutate',
  table: 'Bridge',
  where: [['name', '==', 'br0']],
  mutations,
});
const ids = select('Bridge', [['name', '==', 'br0']], 'external_ids');
const names = select('Port', [], 'name');

const givenId = '3d2c1b0a-6f5e-4d3c-8b2a-1f0e9d8c7b6a';

/** One transaction after the other. */
const transactions: readonly (readonly [title: string, ...operations: Operation[]])[] = [
  [
    'a row with what nothing is said of',
    { op: 'insert', table: 'Bridge', 'uuid-name': 'b', row: { name: 'br0', fail_mode: 'secure' } },
    {
      op: 'mutate',
      table: 'Open_vSwitch',
      where: [],
      mutations: [['bridges', 'insert', ['named-uuid', 'b']]],
    },
    select('Bridge', [], 'name', 'datapath_type', 'fail_mode', 'external_ids', 'ports'),
  ],
  ['rows that refer to each other', ...insertPort('p', 'br0'), select('Port', [], 'name', 'trunks', 'tag')],
  [
    'a set with the same twice',
    { op: 'update', table: 'Port', where: [['name', '==', 'p']], row: { trunks: ['set', [4, 2, 4]] } },
  ],
  [
    'a row with a given id',
    { op: 'insert', table: 'Bridge', 'uuid-name': 'given', uuid: givenId, row: { name: 'br-given' } },
    {
      op: 'mutate',
      table: 'Open_vSwitch',
      where: [],
      mutations: [['bridges', 'insert', ['named-uuid', 'given']]],
    },
    select('Bridge', [['_uuid', '==', ['uuid', givenId]]], '_uuid', 'name'),
  ],
  [
    'a row that is removed',
    {
      op: 'mutate',
      table: 'Open_vSwitch',
      where: [],
      mutations: [['bridges', 'delete', ['uuid', givenId]]],
    },
  ],
  ['two rows of a name', ...insertPort('p', 'br0')],
  ['rows that are named before they are there', ...insertPort('later', 'br0').reverse(), names],
  ['rows that nothing refers to', ...insertPort('q', 'br-none').slice(0, 2)],
  ['and they are gone', names],
  [
    'keys that are inserted',
    mutateIds([
      'external_ids',
      'insert',
      [
        'map',
        [
          ['a', '1'],
          ['b', '2'],
        ],
      ],
    ]),
    ids,
  ],
  [
    'keys that are there already',
    mutateIds([
      'external_ids',
      'insert',
      [
        'map',
        [
          ['a', '9'],
          ['c', '3'],
        ],
      ],
    ]),
    ids,
  ],
  ['keys that go by name', mutateIds(['external_ids', 'delete', ['set', ['b', 'none']]]), ids],
  [
    'keys that go by name and value',
    mutateIds([
      'external_ids',
      'delete',
      [
        'map',
        [
          ['a', '9'],
          ['c', '3'],
        ],
      ],
    ]),
    ids,
  ],
  [
    'conditions on maps',
    select('Bridge', [['external_ids', 'includes', ['map', [['a', '1']]]]], 'name'),
    select('Bridge', [['external_ids', 'includes', ['map', [['a', '2']]]]], 'name'),
    select('Bridge', [['external_ids', 'excludes', ['map', [['a', '1']]]]], 'name'),
    select('Bridge', [['external_ids', '==', ['map', [['a', '1']]]]], 'name'),
  ],
  [
    'conditions on sets and values',
    select('Port', [['trunks', '==', ['set', [4, 2]]]], 'name'),
    select('Port', [['trunks', 'includes', 4]], 'name'),
    select('Port', [['tag', '==', ['set', []]]], 'name'),
    select('Port', [['name', '!=', 'p']], 'name'),
  ],
  ['waits that hold', wait('==', 'p', 'p'), wait('!=', 'p', 'q'), wait('==', 'none')],
  ['a wait that does not hold, and what is behind it', ids, wait('==', 'p'), names],
  [
    'settings',
    { op: 'update', table: 'Port', where: [['name', '==', 'p']], row: { tag: 7, trunks: ['set', []] } },
    select('Port', [['name', '==', 'p']], 'tag', 'trunks'),
  ],
  ['an abort', { op: 'update', table: 'Port', where: [], row: { tag: 9 } }, { op: 'abort' }],
  ['which has changed nothing', select('Port', [['name', '==', 'p']], 'tag')],
  ['a comment', { op: 'comment', comment: 'test' }],
  [
    'a QoS row of a port',
    { op: 'insert', table: 'QoS', 'uuid-name': 'q', row: { type: 'linux-noop' } },
    { op: 'update', table: 'Port', where: [['name', '==', 'p']], row: { qos: ['named-uuid', 'q'] } },
  ],
  ['which cannot go before the port lets go of it', { op: 'delete', table: 'QoS', where: [] }],
  [
    'and then can',
    { op: 'update', table: 'Port', where: [], row: { qos: ['set', []] } },
    { op: 'delete', table: 'QoS', where: [] },
    select('QoS', [], 'type'),
  ],
  ['a column that there is not', { op: 'update', table: 'Port', where: [], row: { none: 1 } }],
  [
    'a name that no row has',
    { op: 'update', table: 'Port', where: [], row: { qos: ['named-uuid', 'none'] } },
  ],
  [
    'a bridge that goes with all that it has',
    { op: 'update', table: 'Open_vSwitch', where: [], row: { bridges: ['set', []] } },
  ],
  ['and it is gone', names, select('Interface', [], 'name'), select('Bridge', [], 'name')],
];

it.each(transactions.map(([title, ...operations]) => ({ title, operations })))(
  'OVSDB in memory answers as a server does: $title',
  async ({ operations }) => {
    memory ??= memoryHost().ovs;
    expect(await answer(memory, operations)).toEqual(await answer(client, operations));
  },
);

let memory: Ovsdb | undefined;

/** What was answered; of rows that were inserted not their ids, which are never the same, and of rows and sets not the order. */
async function answer(ovsdb: Ovsdb, operations: readonly Operation[]) {
  try {
    const results = await ovsdb.transact('Open_vSwitch', operations, new Deadline(20_000).signal);
    return results.map(({ uuid: _, rows, ...result }) => ({
      ...result,
      rows: rows?.map((row) => JSON.stringify(row, inOrder)).sort(),
    }));
  } catch (error) {
    if (error instanceof OvsdbOperationError) return [error.error, error.operation];
    throw error;
  }
}

function inOrder(_: string, value: unknown): unknown {
  if (Array.isArray(value) && (value[0] === 'set' || value[0] === 'map'))
    return [value[0], [...value[1]].sort()];
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}
