import type { Inspection, OvsPortStep } from '@vifkit/core';
import { describe, expect, it } from 'vitest';
import type { OvsBridge, OvsPort } from '../../src/openvswitch/state.js';
import { doing, type OvsStep, undoing } from '../../src/openvswitch/steps-to-changes.js';
import { absentStep, bridgeStep, portStep } from './steps.js';

const task = (step: OvsStep, before?: OvsBridge | OvsPort, attributes: readonly string[] = ['exists']) => {
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
    expect(doing(task(bridgeStep('br0', { mtu: 1500 })))).toEqual({
      kind: 'ensureBridge',
      owner: 'vif',
      name: 'br0',
      datapathType: 'dummy',
      mtu: 1500,
    });
  });

  it('a port step puts the port, with our mark, and with no more settings than the step has', () => {
    expect(doing(task(portStep('p')))).toEqual({
      kind: 'putPort',
      owner: 'vif',
      name: 'p',
      bridge: 'br0',
      settings: { externalIds: { 'iface-id': 'p' } },
      portExternalIds: { 'vifkit-vif': 'vif' },
      wired: true,
    });
    const all: Partial<OvsPortStep> = { externalIds: {}, options: {}, tag: 0, type: '', mtuRequest: 900 };
    expect(doing(task(portStep('p', { ...all, wired: false })))).toMatchObject({
      settings: all,
      wired: false,
    });
  });

  it.each([true, false])('a step of absence removes the port, marked or not if it is own (%s)', (own) => {
    const change = { kind: 'removePort', owner: 'vif', name: 'p', ifMarked: !own };
    expect(doing(task(absentStep('p', own), port))).toEqual(change);
  });
});

describe('undoing', () => {
  it('a bridge that was made removes it', () => {
    expect(undoing(task(bridgeStep('br0')))).toEqual({ kind: 'removeBridge', owner: 'vif', name: 'br0' });
  });

  it.each([1400, undefined])('an MTU that was raised sets the former one (%s)', (mtuRequest) => {
    const before = { datapathType: '', externalIds: {}, mtuRequest };
    const change = { kind: 'setBridgeMtu', owner: 'vif', name: 'br0', mtu: mtuRequest };
    expect(undoing(task(bridgeStep('br0', { mtu: 1500 }), before, ['mtu']))).toEqual(change);
  });

  it('a port that was made removes it, if it carries our mark', () => {
    const change = { kind: 'removePort', owner: 'vif', name: 'p', ifMarked: true };
    expect(undoing(task(portStep('p')))).toEqual(change);
  });

  it('a port that was changed puts back what was changed, and does not wait', () => {
    expect(undoing(task(portStep('p'), port, ['bridge', 'mtuRequest', 'ofport']))).toMatchObject({
      kind: 'putPort',
      bridge: 'br9',
      settings: { mtuRequest: null },
      wired: false,
    });
  });

  it('a port that was removed puts back all that is known of it', () => {
    expect(undoing(task(absentStep('p', true), port))).toEqual({
      kind: 'putPort',
      owner: 'vif',
      name: 'p',
      bridge: 'br9',
      settings: { tag: 9, type: 'internal', externalIds: { a: '1' }, options: { o: '1' }, mtuRequest: null },
      portExternalIds: { theirs: 'x' },
      wired: false,
    });
  });

  it('the absence of what was absent does nothing', () => {
    expect(undoing(task(absentStep('p', true)))).toBeUndefined();
  });
});
