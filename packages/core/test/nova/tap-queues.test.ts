import { describe, expect, it } from 'vitest';
import { maxTapQueues } from '../../src/nova/guest-card.js';

describe('maxTapQueues', () => {
  it.each([
    ['2.6.32-71.el6', 1],
    ['3.10.0-327', 8],
    ['4.4.0-21-generic', 256],
    ['5.10.1', Number.POSITIVE_INFINITY],
    ['6.1.0', Number.POSITIVE_INFINITY],
    ['10.0', Number.POSITIVE_INFINITY],
  ])('of Linux %s is %d', (release, queues) => {
    expect(maxTapQueues(release)).toBe(queues);
  });

  it.each(['', 'linux-6.1', '-3'])('refuses the release %j', (release) => {
    expect(() => maxTapQueues(release)).toThrow(expect.objectContaining({ code: 'INVALID_REQUEST' }));
  });
});
