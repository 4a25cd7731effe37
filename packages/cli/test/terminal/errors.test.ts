import { VifError } from '@vifkit/core';
import { expect, it } from 'vitest';
import { errorLine } from '../../src/terminal/errors.js';

it('is the code and the message', () => {
  expect(errorLine(null, new VifError('INVALID_REQUEST', 'No object'))).toBe(
    'vif: INVALID_REQUEST: No object\n',
  );
});

it('names the request where the message does not', () => {
  const error = new VifError('PLUG_FAILED', 'Plugging VIF a1 failed');
  expect(errorLine('a1', error)).toBe('vif: PLUG_FAILED: Plugging VIF a1 failed\n');
  expect(errorLine('b2', error)).toBe('vif: PLUG_FAILED: Plugging VIF a1 failed (request b2)\n');
});

it('is one line, whatever the input holds', () => {
  expect(errorLine('\u001b[2J', new VifError('INVALID_VIF', 'not "a\nb"'))).toBe(
    'vif: INVALID_VIF: not "a\\u000ab" (request \\u001b[2J)\n',
  );
});
