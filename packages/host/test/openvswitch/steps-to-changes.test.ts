import type { OvsPortStep } from '@vifkit/core';
import type { Inspection } from '@vifkit/engine/former';
import { describe, expect, it } from 'vitest';
import type { OwnedPorts } from '../../src/openvswitch/compare.js';
import type { OvsBridge, OvsPort } from '../../src/openvswitch/state.js';
import { doing, type OvsStep, undoing } from '../../src/openvswitch/steps-to-changes.js';
import { absentStep, bridgeStep, portStep } from './steps.js';

/** What brings {@link port} back. */
const portBack = {
  kind: 'putPort',
  owner: 'vif',
  name: 'p',
  bridge: 'br9',
  settings: { tag: 9, type: 'internal', externalIds: { a: '1' }, options: { o: '1' }, mtuRequest: null },
  portExternalIds: { theirs: 'x' },
  initial: { vlanMode: 'trunk', trunks: [5] },
  wired: false,
};

const task = (
  step: OvsStep,
  before?: OvsBridge | OvsPort | OwnedPorts,
  attributes: readonly string[] = ['exists'],
) => {
  const differences = attributes.map((attribute) => ({ attribute, expected: 1, actual: 2 }));
  const inspection: Inspection = { differences, ...(before && { before }) };
  return { step, vifId: 'vif', inspection };
};

const port: OvsPort = {
  bridge: 'br9',
  tag: 9,
  externalIds: { theirs: 'x' },
  interface: {
    type: 'internal',
    externalIds: { a: '1' },
    options: { o: '1' },
    mtuRequest: undefined,
    ofport: 4,
    error: undefined,
  },
};

describe('doing', () => {
  it('a bridge step ensures the bridge', () => {
    const change = { kind: 'ensureBridge', owner: 'vif', name: 'br0', datapathType: 'dummy', mtu: 1500 };
    const step = bridgeStep('br0', { mtu: 1500 });
    expect(doing(task(step))).toEqual([change]);
    const externalIds = { vifkit: 'created', 'vifkit-vif': 'vif' };
    expect(doing(task({ ...step, own: true }))).toEqual([{ ...change, externalIds }]);
  });

  it('a port step puts the port, with our mark, and with no more settings than the step has', () => {
    expect(doing(task(portStep('p')))).toEqual([
      {
        kind: 'putPort',
        owner: 'vif',
        name: 'p',
        bridge: 'br0',
        settings: { externalIds: { 'iface-id': 'p' } },
        portExternalIds: { 'vifkit-vif': 'vif' },
        wired: true,
      },
    ]);
    const all: Partial<OvsPortStep> = { externalIds: {}, options: {}, tag: 0, type: '', mtuRequest: 900 };
    const initial = { tag: 4095 };
    expect(doing(task(portStep('p', { ...all, initial, wired: false })))).toMatchObject([
      { settings: all, initial, wired: false },
    ]);
  });

  it.each([true, false])('a step of absence removes the port, marked or not if it is own (%s)', (own) => {
    const change = { kind: 'removePort', owner: 'vif', name: 'p', ifMarked: !own };
    expect(doing(task(absentStep('p', own), port))).toEqual([change]);
  });
});

describe('undoing', () => {
  it('a bridge that was made removes it', () => {
    expect(undoing(task(bridgeStep('br0')))).toEqual([{ kind: 'removeBridge', owner: 'vif', name: 'br0' }]);
  });

  it.each([1400, undefined])('an MTU that was raised sets the former one (%s)', (mtuRequest) => {
    const before: OvsBridge = { datapathType: '', externalIds: {}, mtuRequest };
    const change = { kind: 'setBridgeMtu', owner: 'vif', name: 'br0', mtu: mtuRequest };
    expect(undoing(task(bridgeStep('br0', { mtu: 1500 }), before, ['mtu']))).toEqual([change]);
  });

  it('a port that was made removes it, if it carries our mark', () => {
    const change = { kind: 'removePort', owner: 'vif', name: 'p', ifMarked: true };
    expect(undoing(task(portStep('p')))).toEqual([change]);
  });

  it('a port that was changed puts back what was changed, and does not wait', () => {
    expect(undoing(task(portStep('p'), port, ['bridge', 'mtuRequest', 'ofport']))).toMatchObject([
      { kind: 'putPort', bridge: 'br9', settings: { mtuRequest: null }, wired: false },
    ]);
  });

  it('keys that were set have their former values again, or go', () => {
    const step = portStep('p', { externalIds: { a: '2', b: '3' }, options: { o: '4' } });
    expect(undoing(task(step, port, ['externalIds', 'options']))).toMatchObject([
      { settings: { externalIds: { a: '1', b: null }, options: { o: '1' } } },
    ]);
  });

  it('a port that was removed puts back all that is known of it', () => {
    const before: OvsPort = { ...port, vlanMode: 'trunk', trunks: [5] };
    expect(undoing(task(absentStep('p', true), before))).toEqual([portBack]);
  });

  it('the absence of what was absent does nothing', () => {
    expect(undoing(task(absentStep('p', true)))).toEqual([]);
  });

  const bridgeAbsent = { kind: 'ovsBridgeAbsent', name: 'tbr-1', own: true } as const;
  const vifPortsAbsent = { kind: 'ovsVifPortsAbsent', interfaceId: 'id' } as const;

  it('a bridge that was removed makes it anew, with its own external ids', () => {
    const before: OvsBridge = { datapathType: 'netdev', externalIds: { theirs: 'x' }, mtuRequest: 1400 };
    const removal = { kind: 'removeIdleBridge', owner: 'vif', name: 'tbr-1', ifMarked: false };
    expect(doing(task(bridgeAbsent, before))).toEqual([removal]);
    const { mtuRequest: mtu, ...rest } = before;
    expect(undoing(task(bridgeAbsent, before))).toEqual([
      { kind: 'ensureBridge', owner: 'vif', name: 'tbr-1', mtu, ...rest },
    ]);
    expect(undoing(task(bridgeAbsent))).toEqual([]);
  });

  it('all of a VIF’s ports that were removed puts each back', () => {
    const before = new Map<string, OvsPort>([
      ['p', { ...port, vlanMode: 'trunk', trunks: [5] }],
      ['q', port],
    ]);
    const removal = { kind: 'removePort', owner: 'vif', ifMarked: false };
    expect(doing(task(vifPortsAbsent, before))).toEqual([
      { ...removal, name: 'p' },
      { ...removal, name: 'q' },
    ]);
    expect(undoing(task(vifPortsAbsent, before))).toEqual([
      portBack,
      { ...portBack, name: 'q', initial: {} },
    ]);
  });
});
