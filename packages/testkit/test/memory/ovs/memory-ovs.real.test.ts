import { execFileSync } from 'node:child_process';
import { Deadline } from '@vifkit/engine/time';
import { OvsdbClient } from '@vifkit/host/ovsdb';
import { type OvsChange, type OvsState, OvsSwitch } from '@vifkit/host/parts';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type OpenVSwitch, requireOwnNetwork, startOpenVSwitch } from '../../../src/bed/index.js';
import { memoryHost } from '../../../src/index.js';

const names = {
  bridges: ['t-br', 't-br2'],
  ports: ['t-br', 't-br2', 't-a', 't-vhu', 't-none'],
  owners: [
    { vifId: 'a', interfaceIds: ['t-int'] },
    { vifId: 'b', interfaceIds: ['t-patch'] },
  ],
  idle: ['t-br', 't-br2'],
};
const soon = () => new Deadline(20_000).signal;

let ovs: OpenVSwitch;
let client: OvsdbClient;

beforeAll(async () => {
  requireOwnNetwork();
  execFileSync('ip', ['link', 'add', 'name', 't-a', 'type', 'veth', 'peer', 'name', 't-b']);
  ovs = await startOpenVSwitch();
  client = new OvsdbClient({ endpoint: ovs.endpoint });
});

afterAll(async () => {
  await client?.close();
  await ovs?.stop();
  execFileSync('ip', ['link', 'delete', 'dev', 't-a']);
});

const bridge = (name: string, mtu?: number): OvsChange => ({
  kind: 'ensureBridge',
  owner: 'a',
  name,
  datapathType: 'netdev',
  mtu,
});
const port = (
  name: string,
  on: string,
  own: Partial<Extract<OvsChange, { kind: 'putPort' }>> = {},
): OvsChange => ({
  kind: 'putPort',
  owner: 'a',
  name,
  bridge: on,
  settings: { externalIds: { 'iface-id': name } },
  portExternalIds: { 'vifkit-vif': 'a' },
  wired: true,
  ...own,
});
const noPort = (name: string, own: object = {}): OvsChange => ({
  kind: 'removePort',
  owner: 'a',
  name,
  ifMarked: true,
  ...own,
});
const noIdleBridge = (name: string, ifMarked = false): OvsChange => ({
  kind: 'removeIdleBridge',
  owner: 'a',
  name,
  ifMarked,
});
const noBridge = (name: string): OvsChange => ({ kind: 'removeBridge', owner: 'a', name });

/** One commit after the other. */
const story: readonly (readonly OvsChange[])[] = [
  [bridge('t-br', 1450), port('t-a', 't-br', { settings: { tag: 5, externalIds: {}, mtuRequest: 1400 } })],
  [bridge('t-br', 1400), port('t-a', 't-br')],
  [port('t-none', 't-br'), noPort('t-vhu')],
  [bridge('t-br2'), port('t-vhu', 't-nobr'), { ...bridge('t-br', 2000), owner: 'b' }],
  [{ kind: 'setBridgeMtu', owner: 'a', name: 't-br', mtu: undefined }],
  [noBridge('t-br'), noPort('t-a', { owner: 'b' })],
  [bridge('t-br2'), port('t-a', 't-br2', { settings: { tag: null }, portExternalIds: {} })],
  [noPort('t-none'), noBridge('t-br')],
  [noPort('t-a'), noBridge('t-br2')],
  [
    { ...bridge('t-br'), externalIds: { theirs: 'x' } } as OvsChange,
    port('t-int', 't-br', {
      settings: { type: 'internal', externalIds: { a: '1', b: '2' }, options: { o: '1' } },
      portExternalIds: {},
      initial: { tag: 4095, vlanMode: 'trunk', trunks: [4095] },
    }),
    bridge('t-br2'),
    port('t-patch', 't-br', {
      settings: { type: 'patch', options: { peer: 't-peer' }, externalIds: { 'iface-id': 't-patch' } },
      portExternalIds: {},
    }),
    port('t-peer', 't-br2', {
      settings: { type: 'patch', options: { peer: 't-patch' } },
      portExternalIds: {},
    }),
  ],
  [
    port('t-int', 't-br', {
      settings: { externalIds: { 'iface-id': 't-int', a: null }, options: { o: '2' } },
      initial: { tag: 9 },
    }),
  ],
  [noIdleBridge('t-br'), noBridge('t-br')],
  [noPort('t-int', { ifMarked: false }), noIdleBridge('t-br', true)],
  [noIdleBridge('t-br'), noIdleBridge('t-br'), noIdleBridge('t-br2', true)],
];

/** What a store has, but for the numbers of ports and the ids of rows. */
function comparable({ bridges, ports, owned, users }: OvsState) {
  const plain = (map: ReadonlyMap<string, unknown>) =>
    JSON.parse(JSON.stringify(Object.fromEntries(map)), (key, value) => {
      if (key === 'ofport') return Math.sign(value);
      return key === 'ref' ? undefined : value;
    });
  return [bridges, ports, owned, users].map(plain);
}

it('an Open vSwitch in memory is like a real one', async () => {
  const { ovs: memory } = memoryHost({ links: [{ name: 't-a', type: 'veth', peer: 't-b' }] });
  const stores = [memory, client].map((ovsdb) => new OvsSwitch(ovsdb));
  for (const changes of story) {
    const [ours, theirs] = await Promise.all(stores.map((store) => run(store, changes)));
    expect(ours, JSON.stringify(changes)).toEqual(theirs);
  }
});

async function run(store: OvsSwitch, changes: readonly OvsChange[]) {
  const outcomes = await store.commit(changes, soon());
  const { ports, bridges } = await store.readMarked(soon());
  return {
    marked: [...ports, ...bridges].map(({ name, vifId }) => `${name} ${vifId}`).sort(),
    outcomes: outcomes.map((outcome) => outcome?.message),
    state: comparable(await store.read(names, soon())),
  };
}
