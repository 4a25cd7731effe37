import { describe, expect, it } from 'vitest';
import { supports } from '../../src/libvirt-version.js';
import { guestContext } from '../support/contexts.js';

const hostOf = (libvirt_version: readonly [number, number, number]) =>
  guestContext({ host: { libvirt_version } }).host;

describe('knows', () => {
  it.each([
    [[0, 10, 2], false],
    [[1, 2, 16], false],
    [[1, 3, 2], false],
    [[1, 3, 3], true],
    [[1, 3, 5], true],
    [[1, 10, 0], true],
    [[9, 0, 0], true],
    [[10, 0, 0], true],
  ] as const)('%j does without a script, which is so since 1.3.3: %j', (version, known) => {
    expect(supports(hostOf(version), 'taps without a script')).toBe(known);
  });
});
