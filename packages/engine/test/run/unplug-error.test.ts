import { isVifError, VifError } from '@vifkit/core';
import { expect, it } from 'vitest';
import { UnplugError } from '../../src/run/errors.js';

const vifId = 'dc065497-3c8d-4f44-8fb4-e1d33c16a536';

it('a failed unplug reports all that failed, the first as its cause', () => {
  const failures = ['tap0 is busy', 'acmectl failed'].map((message) => new VifError('LINK_BUSY', message));
  const error = new UnplugError(vifId, failures);
  expect(isVifError(error, 'UNPLUG_FAILED')).toBe(true);
  expect(error).toMatchObject({ name: 'UnplugError', vifId, failures, cause: failures[0] });
  expect(error.message).toBe(`Unplugging VIF ${vifId} left something behind: tap0 is busy; acmectl failed`);
});
