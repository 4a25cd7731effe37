import type { LinkStep } from '@vifkit/core/steps';
import { expect, it } from 'vitest';
import type { LinkAddressing } from '../../../src/links/addresses/link-addresses.js';
import { relocationDifferences, relocationOf } from '../../../src/links/addresses/relocation.js';

const step: LinkStep = { kind: 'link', name: 'eth1', set: { master: 'br0' }, yieldAddresses: true };
const first = { address: '192.0.2.1/24', options: ['broadcast', '192.0.2.255'] };
const second = { address: '192.0.2.2/24', label: 'eth1:a', options: [] };
const route = {
  destination: '0.0.0.0/0',
  hops: [
    { link: 'eth1', options: ['via', '192.0.2.254'] },
    { link: 'eth2', options: ['via', '198.51.100.1'] },
  ],
  options: ['metric', '5'],
};
const found = (own: Record<string, Partial<LinkAddressing>>) =>
  new Map(Object.entries(own).map(([name, each]) => [name, { addresses: [], routes: [], ...each }]));

it('takes all that a link has to its master, and back as it was', () => {
  const relocation = relocationOf(step, found({ eth1: { addresses: [first, second], routes: [route] } }));
  const there = [first, { ...second, label: 'br0:a' }];
  const [own, other] = route.hops;
  expect(relocation).toEqual({
    there: {
      op: 'move',
      name: 'eth1',
      to: 'br0',
      addresses: there,
      routes: [{ ...route, hops: [{ ...own, link: 'br0' }, other] }],
      leaving: [first, second],
    },
    back: {
      op: 'move',
      name: 'br0',
      to: 'eth1',
      addresses: [first, second],
      routes: [route],
      leaving: there,
    },
  });
});

it('leaves a master what it had before, on the way back', () => {
  const relocation = relocationOf(
    step,
    found({ eth1: { addresses: [first, second] }, br0: { addresses: [first] } }),
  );
  expect(relocation?.back.leaving.map(({ address }) => address)).toEqual([second.address]);
});

it('drops a label for which the new name leaves no room', () => {
  const far = { ...step, set: { master: 'brq5b0e6f0a-93' } };
  const relocation = relocationOf(far, found({ eth1: { addresses: [second] } }));
  expect(relocation?.there.addresses).toEqual([{ address: second.address, options: [] }]);
});

it('is none where there is nothing to give, or no wish to', () => {
  expect(relocationOf(step, found({ eth1: {}, br0: { addresses: [first] } }))).toBeUndefined();
  const { yieldAddresses: _, ...keeping } = step;
  expect(relocationOf(keeping, found({ eth1: { addresses: [first] } }))).toBeUndefined();
});

it('reports what is in the wrong place', () => {
  const relocation = relocationOf(step, found({ eth1: { addresses: [first], routes: [route] } }));
  expect(relocation && relocationDifferences(relocation)).toEqual([
    { attribute: 'addresses', expected: [], actual: ['192.0.2.1/24'] },
    { attribute: 'routes', expected: [], actual: ['0.0.0.0/0 via 192.0.2.254 via 198.51.100.1'] },
  ]);
});
