import { describe, expect, it } from 'vitest';
import type { EnsureBridge, OvsChange, PutPort } from '../../src/openvswitch/changes.js';
import type { Snapshot } from '../../src/openvswitch/snapshot.js';
import { composeTransaction } from '../../src/openvswitch/transaction.js';

const empty: Snapshot = {
  initialized: true,
  isOvnManaged: false,
  bridges: new Map(),
  ports: new Map(),
  members: new Set(),
  qos: new Map(),
  owned: new Map(),
};
const withBridge: Snapshot = {
  ...empty,
  bridges: new Map([
    ['br0', { ref: ['uuid', 'b'], datapathType: '', externalIds: {}, ports: new Set<string>(), row: {} }],
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

  it('only checks when it removes what is missing', () => {
    expect(summary(withBridge, [remove, { kind: 'removeBridge', owner: 'v', name: 'br1' }])).toEqual([
      'wait Port',
      'wait Bridge',
      'wait Port',
    ]);
  });

  describe('a port that another VIF has by now', () => {
    const owner = { vifId: 'v', interfaceIds: ['i'] };
    const its = {
      type: '',
      externalIds: {},
      options: {},
      mtuRequest: undefined,
      ofport: 1,
      error: undefined,
    };
    const having = (name: string, mark: string, ifaceId = mark): Snapshot['ports'] => {
      const row = { ...its, ref: ['uuid', `${name}-i`], externalIds: { 'iface-id': ifaceId } } as const;
      const externalIds = mark === '' ? {} : { 'vifkit-vif': mark };
      return new Map([
        [name, { ref: ['uuid', name], bridge: 'br0', tag: undefined, externalIds, interface: row }],
      ]);
    };
    const writes = (snapshot: Snapshot, ...changes: OvsChange[]) =>
      summary(snapshot, changes).filter((each) => !each.startsWith('wait'));
    const guarded = { ...remove, unlessOthers: owner };
    const back = { ...port, unlessOthers: owner, wired: false };

    it.each([
      ['marked for another', 'w', 'v'],
      ['with another iface-id', '', 'w'],
    ])('is neither removed nor put back: %s', (_, mark, ifaceId) => {
      const snapshot = { ...withBridge, ports: having('p', mark, ifaceId) };
      expect(writes(snapshot, guarded)).toEqual([]);
      expect(writes(snapshot, back)).toEqual([]);
    });

    it.each([
      ['marked', 'V', 'w'],
      ['with its iface-id', '', 'i'],
    ])('does not stand for the owner’s own, whatever the case of its id: %s', (_, mark, ifaceId) => {
      expect(writes({ ...withBridge, ports: having('p', mark, ifaceId) }, guarded)).toEqual([
        'mutate Bridge',
      ]);
    });

    it('counts if it was put in the same transaction', () => {
      const taken: PutPort = { ...port, owner: 'w', recreate: true, portExternalIds: { 'vifkit-vif': 'w' } };
      const snapshot = { ...withBridge, ports: having('p', 'v') };
      expect(writes(snapshot, taken, guarded)).toEqual(writes(snapshot, taken));
    });

    it('goes instead of being given back to a VIF that has another port by now', () => {
      const ports = new Map([...having('p', 'v'), ...having('q', 'w')]);
      const given: PutPort = { ...back, portExternalIds: { 'vifkit-vif': 'w' }, recreate: true };
      expect(writes({ ...withBridge, ports }, given)).toContain('insert Port');
      expect(writes({ ...withBridge, ports, owned: new Map([['w', ['p', 'q']]]) }, given)).toEqual([
        'mutate Bridge',
      ]);
    });
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
        row: {},
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
