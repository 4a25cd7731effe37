import { describe, expect, it } from 'vitest';
import type { EnsureBridge, OvsChange, PutPort } from '../../src/openvswitch/changes.js';
import type { Snapshot } from '../../src/openvswitch/snapshot.js';
import { composeTransaction } from '../../src/openvswitch/transaction.js';

const empty: Snapshot = { initialized: true, bridges: new Map(), ports: new Map() };
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
      'mutate Bridge',
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
});
