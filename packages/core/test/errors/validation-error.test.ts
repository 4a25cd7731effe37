import { describe, expect, it } from 'vitest';
import { isVifError, ValidationError } from '../../src/errors/vif-error.js';

const vifId = 'dc065497-3c8d-4f44-8fb4-e1d33c16a536';
const violation = (path: string) => ({ path, message: 'is missing' });

describe('an invalid input', () => {
  it('is reported with path and reason', () => {
    const error = new ValidationError('INVALID_VIF', 'The VIF', [violation('vif.address')], { vifId });
    expect(isVifError(error, 'INVALID_VIF')).toBe(true);
    expect(error).toMatchObject({ name: 'ValidationError', vifId, violations: [violation('vif.address')] });
    expect(error.message).toBe('The VIF is invalid: vif.address is missing');
  });

  it('has no path when it is wrong as a whole', () => {
    const violations = [{ path: '', message: 'must be a plain object, not null' }];
    expect(new ValidationError('INVALID_REQUEST', 'The request', violations).message).toBe(
      'The request is invalid: it must be a plain object, not null',
    );
  });

  it('is reported in full, except for the message, which stays short', () => {
    const violations = ['a', 'b', 'c', 'd', 'e'].map(violation);
    const error = new ValidationError('INVALID_REQUEST', 'The request', violations);
    expect(error.violations).toEqual(violations);
    expect(error.message).toBe(
      'The request is invalid: a is missing; b is missing; c is missing; and 2 more',
    );
    expect(new ValidationError('INVALID_REQUEST', 'It', violations.slice(0, 3)).message).not.toContain(
      'more',
    );
  });
});
