import { describe, expect, it } from 'vitest';
import type { EnsureBridge, OvsChange, PutPort } from '../../src/openvswitch/changes.js';
import type { Snapshot } from '../../src/openvswitch/snapshot.js';
import { composeTransaction } from '../../src/openvswitch/transaction.js';

const empty: Snapshot = {
  initialized: true,
  isOvnManaged: false,
  bridges: new Map(),
  ports: new Map(),
  qos: new Map(),
  owned: new Map(),
};
const withBridge: Snapshot = {
  ...empty,
  bridges: new Map([
    ['br0', { ref: ['uuid', 'b'], datapathType: '', externalIds: {}, ports: new Set<string>() }],
  ]),
};
const bridge: EnsureBridge = { kind: 'ensureBridge', owner: 'v', name: 'br0', datapathType: 'system' };
const port: PutPort = {
  kind: 'putPort',
  owner: 'v',
  name: 'p',
  bridge: 'br0',
  settings: {},
  portExternalIds: {},
  wired: true,
};
const remove: OvsChange = { kind: 'removePort', owner: 'v', name: 'p', ifMarked: false };

const summary = (snapshot: Snapshot, changes: readonly OvsChange[]) =>
  composeTransaction(snapshot, changes).operations.map((each) =>
    'table' in each ? `${each.op} ${each.table}` : each.op,
  );

describe('composeTransaction', () => {
  it('checks what it relies on first, and reads the configuration to wait for last', () => {
    expect(summary(empty, [bridge, port])).toEqual([
      'wait Bridge',
      'wait Port',
      'wait Port',
      'insert Bridge',
      'mutate Open_vSwitch',
      'insert Interface',
      'insert Port',
      'insert Interface',
      'insert Port',
      'mutate Bridge',
      'mutate Open_vSwitch',
      'select Open_vSwitch',
    ]);
  });

  it('leaves the configuration number alone when nothing is waited for', () => {
    const { operations, awaited } = composeTransaction(withBridge, [{ ...port, wired: false }, remove]);
    expect(awaited).toEqual([]);
    expect(JSON.stringify(operations)).not.toContain('next_cfg');
  });

  it('waits for a bridge that exists, but has no port opened by it', () => {
    expect(composeTransaction(withBridge, [bridge, port])).toMatchObject({
      awaited: [bridge, port],
      opened: [port],
    });
    expect(composeTransaction(empty, [bridge, port])).toMatchObject({ opened: [bridge, port] });
  });

  it('makes the root row that a new database lacks', () => {
    expect(summary({ ...empty, initialized: false }, [bridge])).toContain('insert Open_vSwitch');
  });

  it('refuses a port on a bridge that neither exists nor is made', () => {
    expect(() => composeTransaction(empty, [port])).toThrow(
      expect.objectContaining({ code: 'OVS_BRIDGE_NOT_FOUND', vifId: 'v' }),
    );
    expect(() => composeTransaction(empty, [bridge, port])).not.toThrow();
  });

  it('only checks when it removes what is not there', () => {
    expect(summary(withBridge, [remove, { kind: 'removeBridge', owner: 'v', name: 'br1' }])).toEqual([
      'wait Port',
      'wait Bridge',
      'wait Port',
    ]);
  });

  it('removes an idle bridge with its patch ports, unless it has others or has got one since', () => {
    const local = {
      ref: ['uuid', 'l'],
      bridge: 'br0',
      tag: undefined,
      externalIds: {},
      interface: undefined,
    } as const;
    const having = (...ids: string[]): Snapshot => {
      const row = {
        ref: ['uuid', 'b'],
        datapathType: '',
        externalIds: {},
        ports: new Set(['l', ...ids]),
      } as const;
      return { ...empty, bridges: new Map([['br0', row]]), ports: new Map([['br0', local]]) };
    };
    const bridgePorts = new Map([['br0', [{ id: 'x', name: 'patch', isPatch: true }]]]);
    const removal: OvsChange = { kind: 'removeIdleBridge', owner: 'v', name: 'br0', ifMarked: false };
    const operations = (snapshot: Snapshot, change = removal) =>
      composeTransaction(snapshot, [change], bridgePorts).operations;
    const guard = operations(having('x')).find(
      (each) => each.op === 'wait' && each.columns.includes('ports'),
    );
    const all = [
      'set',
      [
        ['uuid', 'l'],
        ['uuid', 'x'],
      ],
    ];
    expect(guard).toMatchObject({ until: '==', rows: [{ ports: all }], timeout: 0 });
    expect(operations(having('x')).map(({ op }) => op)).toContain('mutate');
    expect(operations(having('x', 'y')).map(({ op }) => op)).not.toContain('mutate');
    expect(operations(having('x'), { ...removal, ifMarked: true }).map(({ op }) => op)).not.toContain(
      'mutate',
    );
  });
});
