import { describe, expect, it } from 'vitest';
import { isOlderThan } from '../src/libvirt-version.js';
import { guestContext } from './support/contexts.js';

describe('isOlderThan', () => {
  it.each([
    [[0, 10, 2], true],
    [[1, 2, 16], true],
    [[1, 3, 2], true],
    [[1, 3, 3], false],
    [[1, 3, 5], false],
    [[1, 10, 0], false],
    [[9, 0, 0], false],
    [[10, 0, 0], false],
  ] as const)('%j is older than 1.3.3: %j', (libvirt_version, older) => {
    const { host } = guestContext({ host: { libvirt_version } });
    expect(isOlderThan(host, [1, 3, 3])).toBe(older);
  });
});
