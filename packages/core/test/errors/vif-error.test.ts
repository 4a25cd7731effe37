import { describe, expect, it, vi } from 'vitest';
import { asVifError, isVifError, VifError } from '../../src/errors/vif-error.js';

const vifId = 'dc065497-3c8d-4f44-8fb4-e1d33c16a536';

describe('an error', () => {
  it('has a code, a message, and what it is about', () => {
    const cause = new Error('ENOENT');
    const error = new VifError('LINK_NOT_FOUND', 'There is no link eth9', { vifId, cause });
    expect(error).toBeInstanceOf(Error);
    expect(error).toMatchObject({
      name: 'VifError',
      code: 'LINK_NOT_FOUND',
      message: 'There is no link eth9',
      vifId,
      cause,
    });
    expect(String(error)).toBe('VifError: There is no link eth9');
    expect(error.stack).toContain('vif-error.test.ts');
  });

  it('has a cause only if it was given one', () => {
    expect('cause' in new VifError('TIMEOUT', 'too late')).toBe(false);
    expect(new VifError('TIMEOUT', 'too late', { vifId }).vifId).toBe(vifId);
  });
});

describe('recognising errors', () => {
  it('goes by brand, and by code if one is given', () => {
    const error = new VifError('TIMEOUT', 'too late');
    expect(isVifError(error)).toBe(true);
    expect(isVifError(error, 'TIMEOUT')).toBe(true);
    expect(isVifError(error, 'ABORTED')).toBe(false);
  });

  it('works across copies of the package', async () => {
    vi.resetModules();
    const copy = await import('../../src/errors/vif-error.js');
    const foreign = new copy.VifError('TIMEOUT', 'too late');
    expect(foreign).not.toBeInstanceOf(VifError);
    expect(isVifError(foreign, 'TIMEOUT')).toBe(true);
    expect(copy.isVifError(new VifError('TIMEOUT', 'too late'))).toBe(true);
    expect(asVifError(foreign, 'PLUGIN_FAILED', 'The plugin failed')).toBe(foreign);
  });

  it.each([undefined, null, 'TIMEOUT', 7, {}, { code: 'TIMEOUT' }, new Error('too late'), () => {}])(
    'leaves out %o',
    (value) => expect(isVifError(value)).toBe(false),
  );
});

describe('making errors of what was thrown', () => {
  const wrap = (thrown: unknown) => asVifError(thrown, 'PLUGIN_FAILED', "'acme' threw in plug", vifId);

  it('leaves those of vifkit as they are', () => {
    const error = new VifError('TIMEOUT', 'too late');
    expect(wrap(error)).toBe(error);
  });

  it('keeps the original as the cause', () => {
    const thrown = new RangeError('out of ports');
    expect(wrap(thrown)).toMatchObject({
      code: 'PLUGIN_FAILED',
      message: "'acme' threw in plug: out of ports",
      vifId,
      cause: thrown,
    });
  });

  it.each([
    ['out of ports', '"out of ports"'],
    [undefined, 'undefined'],
    [null, 'null'],
    [Symbol('ports'), 'Symbol(ports)'],
    [Object.create(null), 'a plain object'],
    [['ports'], 'a list'],
  ])('takes whatever it is: %o', (thrown, shown) => {
    expect(wrap(thrown).message).toBe(`'acme' threw in plug: ${shown}`);
    expect(wrap(thrown).cause).toBe(thrown);
  });
});
