import { isVifError, VifError } from '@vifkit/core';
import { describe, expect, it } from 'vitest';
import { PlugError } from '../../src/run/errors.js';

const vifId = 'dc065497-3c8d-4f44-8fb4-e1d33c16a536';
const cause = new VifError('LINK_COMMAND_FAILED', 'Operation not permitted');

describe('a failed plug', () => {
  it('reports at which step, why, and that the host is as before', () => {
    const step = { kind: 'link', name: 'tap0' } as const;
    const error = new PlugError(vifId, cause, step, []);
    expect(isVifError(error, 'PLUG_FAILED')).toBe(true);
    expect(error).toMatchObject({ name: 'PlugError', vifId, cause, step, undoFailures: [] });
    expect(error.message).toBe(
      `Plugging VIF ${vifId} failed at link tap0: Operation not permitted (the host is as before)`,
    );
  });

  it('reports no step when it failed before any', () => {
    const error = new PlugError(vifId, cause, undefined, []);
    expect(error.message).toBe(
      `Plugging VIF ${vifId} failed: Operation not permitted (the host is as before)`,
    );
  });

  it('reports what could not be undone', () => {
    const left = ['br0 is in use', 'acmectl failed'].map((message) => new VifError('LINK_BUSY', message));
    const error = new PlugError(vifId, cause, { kind: 'command', argv: ['acmectl', 'bind'] }, left);
    expect(error.undoFailures).toEqual(left);
    expect(error.message).toBe(
      `Plugging VIF ${vifId} failed at command acmectl: Operation not permitted ` +
        '(and 2 step(s) could not be undone: br0 is in use; acmectl failed)',
    );
  });
});
