import { expect, it } from 'vitest';
import { nearest } from '../../src/terminal/nearest.js';

it.each([
  ['VIFBrige', 'VIFBridge'],
  ['reqest', 'request'],
  ['TIMEOUTT', 'TIMEOUT'],
  ['NOPE', undefined],
  ['x.y', undefined],
  ['', undefined],
  ['x'.repeat(10_000), undefined],
])('of %j is %j', (name, expected) => {
  expect(nearest(name, ['vif', 'request', 'VIFBridge', 'ABORTED', 'TIMEOUT'])).toBe(expected);
});
