import { isVifError } from '@vifkit/core';
import type { Routing } from '@vifkit/core/nova';
import { memoryHost } from '@vifkit/testkit';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { rounds } from '../thorough.js';
import { driverOn } from '../vectors/driver.js';

/** What is left out, and what is wrong. */
const absent = [undefined, null] as const;
const wrong = ['', 'IPTABLES', 1, [], {}] as const;

const oneOf = (...right: readonly unknown[]) =>
  fc.oneof(
    { weight: 9, arbitrary: fc.constantFrom(...absent, ...right) },
    { weight: 1, arbitrary: fc.constantFrom<unknown>(...wrong) },
  );

const cases = fc.record({
  firewall: oneOf('iptables', 'noop'),
  hostFilters: oneOf(true, false),
  routing: oneOf('newton', 'current'),
  ofDriver: fc.constantFrom<Routing>('newton', 'current'),
  type: fc.constantFrom('bridge', 'ovs'),
  operation: fc.constantFrom('plan', 'plug', 'config', 'unplug', 'check'),
});
type Case = typeof cases extends fc.Arbitrary<infer T> ? T : never;

const isWrong = (value: unknown) => wrong.some((each) => each === value);

/** Whether the host filters, told by the two keys; or that they are no good, or that the rules know no such thing. */
function filtering({ firewall, hostFilters, routing, ofDriver }: Case): boolean | 'refused' {
  if ([firewall, hostFilters, routing].some(isWrong)) return 'refused';
  const said = [firewall == null ? undefined : firewall === 'iptables', hostFilters ?? undefined];
  const [filters = false, ...others] = new Set(said.filter((each) => typeof each === 'boolean'));
  if (others.length > 0) return 'refused';
  return filters && (routing ?? ofDriver) === 'current' ? 'refused' : filters;
}

const request = ({ type, firewall, hostFilters, routing }: Omit<Case, 'ofDriver' | 'operation'>) => ({
  vif: {
    id: '3f0a1b52-0c11-4a51-9d2e-5a6b7c8d9e0f',
    address: 'fa:16:3e:10:00:07',
    type,
    network: { bridge: type === 'ovs' ? 'br-int' : 'brq3f0a1b52-0c' },
  },
  instance: { uuid: '1f104d5e-2c3b-4d7e-9fa0-b1c2d3e4f502' },
  firewall,
  hostFilters,
  routing,
});

function newDriver(routing: Routing) {
  const host = memoryHost({ ovsBridges: ['br-int'] });
  return { host, driver: driverOn(host, routing) };
}

it('a filter that is wanted is never lost among 2 000 requests that contradict themselves or not', async () => {
  const counts = new Map<unknown, number>();
  for (const each of fc.sample(cases, { numRuns: rounds(700, 2_000), seed: 17 })) {
    const { host, driver } = newDriver(each.ofDriver);
    const expected = filtering(each);
    counts.set(expected, (counts.get(expected) ?? 0) + 1);
    const method = each.operation as 'plan';
    if (expected === 'refused') {
      const error: unknown = await driver[method](request(each)).catch((reason: unknown) => reason);
      expect({ each, code: isVifError(error) && error.code }).toEqual({ each, code: 'INVALID_REQUEST' });
      expect(host.writes).toEqual([]);
      continue;
    }
    const plain = {
      type: each.type,
      routing: each.routing,
      firewall: expected ? 'iptables' : 'noop',
      hostFilters: expected,
    };
    const { steps } = await driver.plan(request(each));
    expect({ each, steps }).toEqual({ each, steps: (await driver.plan(request(plain))).steps });
  }
  console.info('Filters told of in two ways: 2 000 requests:', Object.fromEntries(counts));
  expect(new Set(counts.keys())).toEqual(new Set(['refused', true, false]));
});

it('a plan has the filter where the host filters, and only there', async () => {
  const { driver } = newDriver('newton');
  const stepsOf = async (firewall: unknown) => {
    const { steps } = await driver.plan(request({ type: 'ovs', firewall, hostFilters: null, routing: null }));
    return JSON.stringify(steps);
  };
  expect(await stepsOf('iptables')).not.toEqual(await stepsOf('noop'));
});
