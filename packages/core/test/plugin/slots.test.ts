import { expect, it } from 'vitest';
import { slugOf } from '../../src/plugin/slots.js';

it.each([
  ['802.1qbg', '802qbg'],
  ['802.1qbh', '802qbh'],
  ['802qbg', '802qbg'],
  ['ovs', 'ovs'],
  ['hw_veb', 'hw_veb'],
  ['', ''],
])('the slug of %j is %j', (type, slug) => expect(slugOf(type)).toBe(slug));
