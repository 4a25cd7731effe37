import { describe, expect, it } from 'vitest';
import { isTrue } from '../../src/front-end/flag.js';

describe('isTrue', () => {
  it.each(['yes', 'true', '1', 'on', 't', 'y', 'YES', 'True', ' on ', true, 1])('%j is a yes', (value) => {
    expect(isTrue(value)).toBe(true);
  });

  it.each(['no', 'false', '0', 'off', 'f', 'n', '', '2', 'enabled', false, 0, undefined, null])(
    '%j is a no',
    (value) => {
      expect(isTrue(value)).toBe(false);
    },
  );
});
