import type { OvsPortStep } from '@vifkit/core/steps';
import { describe, expect, it } from 'vitest';
import {
  compareBridge,
  compareBridgeAbsence,
  comparePort,
  comparePortAbsence,
  compareVifPortsAbsence,
} from '../../src/openvswitch/compare.js';
import type { OvsBridge, OvsPort } from '../../src/openvswitch/state.js';
import { absentStep, bridgeStep, portStep } from './steps.js';

const vif = { vifId: 'vif', interfaceIds: [] };

const port: OvsPort = {
  bridge: 'br0',
  tag: 9,
  externalIds: { theirs: 'x' },
  interface: {
    type: '',
    externalIds: { a: '1' },
    options: { o: '1' },
    mtuRequest: undefined,
    ofport: 4,
    error: undefined,
  },
};
const trunk: OvsPort = { ...port, vlanMode: 'trunk', trunks: [5] };

/** What brings {@link trunk} back. */
const trunkBack = {
  kind: 'putPort',
  owner: 'vif',
  name: 'p',
  bridge: 'br0',
  settings: { tag: 9, type: '', externalIds: { a: '1' }, options: { o: '1' }, mtuRequest: null },
  portExternalIds: { theirs: 'x' },
  initial: { vlanMode: 'trunk', trunks: [5] },
  unlessOthers: vif,
  wired: false,
};

describe('what is written for a step', () => {
  it('ensures a bridge', () => {
    const change = { kind: 'ensureBridge', owner: 'vif', name: 'br0', datapathType: 'dummy', mtu: 1500 };
    const step = bridgeStep('br0', { mtu: 1500 });
    expect(compareBridge(step, vif, undefined).change?.changes).toEqual([change]);
    const externalIds = { vifkit: 'created', 'vifkit-vif': 'vif' };
    const own = compareBridge({ ...step, own: true }, vif, undefined);
    expect(own.change?.changes).toEqual([{ ...change, externalIds }]);
  });

  it('puts a port, with our mark, and with no more settings than the step has', () => {
    expect(comparePort(portStep('p'), vif, undefined).change?.changes).toEqual([
      {
        kind: 'putPort',
        owner: 'vif',
        name: 'p',
        bridge: 'br0',
        settings: { externalIds: { 'iface-id': 'p' } },
        portExternalIds: { 'vifkit-vif': 'vif' },
        initial: undefined,
        wired: true,
      },
    ]);
    const all: Partial<OvsPortStep> = { externalIds: {}, options: {}, tag: 0, type: '', mtuRequest: 900 };
    const initial = { tag: 4095 };
    const { change } = comparePort(portStep('p', { ...all, initial, wired: false }), vif, undefined);
    expect(change?.changes).toMatchObject([{ settings: all, initial, wired: false }]);
  });

  it.each([true, false])('removes a port, marked or not if it is own (%s)', (own) => {
    const change = { kind: 'removePort', owner: 'vif', name: 'p', ifMarked: !own, unlessOthers: vif };
    expect(comparePortAbsence(absentStep('p', own), vif, port).change?.changes).toEqual([change]);
  });

  it('is nothing where the host is as the step wants it', () => {
    expect(comparePortAbsence(absentStep('p', true), vif, undefined).change).toBeUndefined();
    expect(comparePort(portStep('p', { externalIds: {} }), vif, port).change).toBeUndefined();
    expect(
      compareBridge(bridgeStep('br0'), vif, { datapathType: '', externalIds: {}, mtuRequest: 1 }).change,
    ).toBe(undefined);
  });

  it('sets the mark of what is taken over, and makes a port anew that another VIF has left', () => {
    const marks = { 'vifkit-vif': 'vif' };
    const named = comparePort(portStep('p', { externalIds: {} }), vif, port).takeOver?.change;
    expect(named).toMatchObject({ changes: [{ marks }], reverse: [{ marks: { 'vifkit-vif': null } }] });
    const left = { ...trunk, externalIds: { theirs: 'x', 'vifkit-vif': 'other' } };
    const idle = comparePort(portStep('p', { representor: true }), vif, left).takeOver?.change;
    expect(idle?.changes).toMatchObject([
      { marks, recreate: true, settings: { externalIds: { 'iface-id': 'p' } } },
    ]);
    expect(idle?.reverse).toEqual([{ ...trunkBack, portExternalIds: left.externalIds }]);
  });
});

describe('what takes it back', () => {
  it('removes a bridge that was made', () => {
    const { change } = compareBridge(bridgeStep('br0'), vif, undefined);
    expect(change?.reverse).toEqual([{ kind: 'removeBridge', owner: 'vif', name: 'br0' }]);
  });

  it.each([1400, undefined])('sets the former MTU of a bridge (%s)', (mtuRequest) => {
    const before: OvsBridge = { datapathType: '', externalIds: {}, mtuRequest };
    const reverse = { kind: 'setBridgeMtu', owner: 'vif', name: 'br0', mtu: mtuRequest };
    expect(compareBridge(bridgeStep('br0', { mtu: 1500 }), vif, before).change?.reverse).toEqual([reverse]);
  });

  it('removes a port that was made, if it carries our mark', () => {
    const reverse = { kind: 'removePort', owner: 'vif', name: 'p', ifMarked: true };
    expect(comparePort(portStep('p'), vif, undefined).change?.reverse).toEqual([reverse]);
  });

  it('puts back what was changed of a port and no more, and does not wait', () => {
    const step = portStep('p', { tag: 9, mtuRequest: 1400, externalIds: { a: '1' } });
    expect(comparePort(step, vif, port).change?.reverse).toEqual([
      {
        kind: 'putPort',
        owner: 'vif',
        name: 'p',
        bridge: 'br0',
        settings: { mtuRequest: null },
        portExternalIds: { theirs: 'x' },
        unlessOthers: vif,
        wired: false,
      },
    ]);
  });

  it('gives keys that were set their former values, or removes them', () => {
    const step = portStep('p', { externalIds: { a: '2', b: '3' }, options: { o: '4' } });
    expect(comparePort(step, vif, port).change?.reverse).toMatchObject([
      { settings: { externalIds: { a: '1', b: null }, options: { o: '1' } } },
    ]);
  });

  it('puts back all that is known of a port that was removed, or moved to another bridge', () => {
    expect(comparePortAbsence(absentStep('p', true), vif, trunk).change?.reverse).toEqual([trunkBack]);
    const moved = comparePort(portStep('p', { bridge: 'br1' }), vif, trunk);
    expect(moved.change?.reverse).toEqual([trunkBack]);
  });

  it('makes a bridge anew that was removed, with its own external ids', () => {
    const before: OvsBridge = { datapathType: 'netdev', externalIds: { theirs: 'x' }, mtuRequest: 1400 };
    const { mtuRequest: mtu, ...rest } = before;
    const step = { kind: 'ovsBridgeAbsent', name: 'tbr-1', own: true } as const;
    expect(compareBridgeAbsence(step, vif, before, []).change).toEqual({
      changes: [{ kind: 'removeIdleBridge', owner: 'vif', name: 'tbr-1', ifMarked: false }],
      reverse: [{ kind: 'ensureBridge', owner: 'vif', name: 'tbr-1', mtu, ...rest }],
    });
  });

  it('puts back each of a VIF’s ports', () => {
    const before = new Map([
      ['p', trunk],
      ['q', port],
    ]);
    const removal = { kind: 'removePort', owner: 'vif', ifMarked: false, unlessOthers: vif };
    expect(compareVifPortsAbsence(vif, before).change).toEqual({
      changes: [
        { ...removal, name: 'p' },
        { ...removal, name: 'q' },
      ],
      reverse: [trunkBack, { ...trunkBack, name: 'q', initial: {} }],
    });
  });
});
