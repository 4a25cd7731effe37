import { VifError } from '@vifkit/core';
import { PlugError, UnplugError } from '@vifkit/engine';
import { describe, expect, it } from 'vitest';
import { toJson } from '../../../src/commands/results.js';
import { handled } from '../../support/handled.js';
import { hybridSteps, missing, planned } from '../../support/planned.js';

/** As a program reads it. */
const written = (result: Parameters<typeof toJson>[0]): unknown => JSON.parse(JSON.stringify(toJson(result)));
const head = { id: handled.id, path: 'os-vif', plugin: 'ovs' };

describe('a result', () => {
  it('of config is the XML', () => {
    const device = { toXml: () => '<interface/>\n' };
    expect(written({ ok: true, value: { ...handled, device } })).toEqual({ ...head, xml: '<interface/>\n' });
  });

  it('of unplug has what was left, if anything was', () => {
    const left = [{ kind: 'ovsPortAbsent', name: 'qvo1', vifId: null }] as const;
    const value = { ...handled, changes: [], stepCount: 1 };
    expect(written({ ok: true, value: { ...value, left } })).toEqual({ ...head, changes: [], left });
    expect(written({ ok: true, value })).toEqual({ ...head, changes: [] });
  });

  it('of plan has the fields of each step, and what would be written', () => {
    const blocked = new VifError('OVS_BRIDGE_NOT_FOUND', 'There is no bridge br-int', {
      cause: new Error('x'),
    });
    const steps = [planned(hybridSteps.bridge, missing), { ...planned(hybridSteps.port), blocked }];
    expect(written({ ok: true, value: { ...handled, steps } })).toEqual({
      ...head,
      steps: [
        { ...hybridSteps.bridge, writes: true, differences: [missing] },
        {
          ...hybridSteps.port,
          writes: false,
          differences: [],
          blocked: { code: 'OVS_BRIDGE_NOT_FOUND', message: 'There is no bridge br-int' },
        },
      ],
    });
  });

  it('of plan says which steps wait for the guest’s link', () => {
    const steps = [{ ...planned({ kind: 'link', name: 'tap1', ifPresent: true }), isAwaited: true }];
    expect(written({ ok: true, value: { ...handled, steps } })).toMatchObject({ steps: [{ waiting: true }] });
  });

  it('leaves out what a custom step is made of', () => {
    class Registration {
      readonly kind = 'custom';
      readonly name = 'register';
      readonly self = this;
      isDone = async () => true;
      apply = async () => {};
      undo = async () => {};
    }
    expect(written({ ok: true, value: { ...handled, steps: [planned(new Registration())] } })).toEqual({
      ...head,
      steps: [{ kind: 'custom', name: 'register', writes: false, differences: [] }],
    });
  });

  it.each(['changes', 'differences'])('has %s, with null for what is not there', (key) => {
    const change = {
      kind: 'link',
      name: 'tap1',
      differences: [{ attribute: 'master', expected: 'br0', actual: undefined }],
    } as const;
    const value =
      key === 'changes'
        ? { ...handled, changes: [change], stepCount: 1 }
        : { ...handled, differences: [change] };
    expect(written({ ok: true, value })).toEqual({
      ...head,
      [key]: [
        { kind: 'link', name: 'tap1', differences: [{ attribute: 'master', expected: 'br0', actual: null }] },
      ],
    });
  });

  it('has the note of a change or a step', () => {
    const note = 'a new bridge br-int is connected to nothing yet';
    const changes = [{ kind: 'ovsBridge', name: 'br-int', differences: [], note }] as const;
    expect(written({ ok: true, value: { ...handled, changes, stepCount: 1 } })).toMatchObject({ changes });
    const step = { kind: 'ovsBridge', name: 'br-int', datapathType: 'system' } as const;
    const steps = [{ ...planned(step), note }];
    expect(written({ ok: true, value: { ...handled, steps } })).toMatchObject({ steps: [{ ...step, note }] });
  });
});

describe('where the time went', () => {
  const timeline = [{ phase: 'apply', what: 'link', start: 0, milliseconds: 40, batch: 200 }] as const;
  const result = { ok: true, value: { ...handled, differences: [], timeline } } as const;
  const asked = (given: Parameters<typeof toJson>[0]) => toJson(given, { timeline: true });

  it('is reported if it is asked for, and only then', () => {
    expect(asked(result)).toEqual({ ...head, differences: [], timeline });
    expect(toJson(result)).toEqual({ ...head, differences: [] });
  });

  it('is reported by an error that knows', () => {
    const cause = new VifError('TIMEOUT', 'The deadline passed');
    const error = new PlugError('v', cause, undefined, [], timeline);
    const failed = { ok: false, id: 'a', error } as const;
    expect(asked(failed)).toMatchObject({ id: 'a', error: { code: 'PLUG_FAILED' }, timeline });
    expect(toJson(failed)).not.toHaveProperty('timeline');
    expect(asked({ ok: false, id: 'a', error: cause })).not.toHaveProperty('timeline');
  });

  it('is nothing that a device has', () => {
    expect(asked({ ok: true, value: { ...handled, device: { toXml: () => '' } } })).not.toHaveProperty(
      'timeline',
      timeline,
    );
  });
});

describe('an error', () => {
  const json = (error: VifError) => written({ ok: false, id: 'a', error });

  it('is its code and message', () => {
    expect(
      written({ ok: false, id: null, error: new VifError('INVALID_REQUEST', 'Line 1 is no object') }),
    ).toEqual({
      id: null,
      error: { code: 'INVALID_REQUEST', message: 'Line 1 is no object' },
    });
  });

  it('has its cause, whatever was thrown', () => {
    const withCause = (cause: unknown) => json(new VifError('PLUGIN_FAILED', 'It threw', { cause }));
    const head = { code: 'PLUGIN_FAILED', message: 'It threw' };
    expect(withCause(new TypeError('no'))).toEqual({ id: 'a', error: { ...head, cause: { message: 'no' } } });
    expect(withCause('a string')).toEqual({ id: 'a', error: { ...head, cause: { message: 'a string' } } });
    expect(withCause(Object.assign(new Error('gone'), { code: 'ENOENT' }))).toEqual({
      id: 'a',
      error: { ...head, cause: { code: 'ENOENT', message: 'gone' } },
    });
  });

  it('has the violations of an input', () => {
    const violations = [{ path: 'vif.address', message: 'must be a MAC address' }];
    const error = Object.assign(new VifError('INVALID_VIF', 'The VIF is invalid'), { violations });
    expect(json(error)).toEqual({
      id: 'a',
      error: { code: 'INVALID_VIF', message: 'The VIF is invalid', violations },
    });
  });

  it('of a plug reports what could not be undone, if anything', () => {
    const cause = new VifError('TIMEOUT', 'The deadline passed');
    const left = new VifError('LINK_COMMAND_FAILED', 'tap1 is busy');
    const error = { code: 'PLUG_FAILED', cause: { code: 'TIMEOUT', message: 'The deadline passed' } };
    expect(json(new PlugError('v', cause, undefined, [left]))).toMatchObject({
      error: { ...error, undoFailures: [{ code: 'LINK_COMMAND_FAILED', message: 'tap1 is busy' }] },
    });
    expect(json(new PlugError('v', cause, undefined, []))).not.toHaveProperty('error.undoFailures');
  });

  it('of an unplug has every failure', () => {
    const failures = [new VifError('LINK_BUSY', 'tap1'), new VifError('OVSDB_ERROR', 'qvo1')];
    expect(json(new UnplugError('v', failures))).toMatchObject({
      error: {
        code: 'UNPLUG_FAILED',
        failures: [
          { code: 'LINK_BUSY', message: 'tap1' },
          { code: 'OVSDB_ERROR', message: 'qvo1' },
        ],
        cause: { code: 'LINK_BUSY', message: 'tap1' },
      },
    });
  });
});
