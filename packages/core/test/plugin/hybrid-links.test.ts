import { describe, expect, it } from 'vitest';
import { validatePlan } from '../../src/plan/validate.js';
import { hybridLinks, noHybridLinks } from '../../src/plugin/recipes.js';

const vifId = 'ac3e2f74-815d-4daf-9f2e-41709cb36e03';
const names = ['qbrac3e2f74-81', 'qvbac3e2f74-81', 'qvoac3e2f74-81'];

describe('the links of a hybrid VIF', () => {
  it('are a bridge and a veth pair from it, named after the VIF as Neutron’s agents expect', () => {
    const links = hybridLinks({ vifId });
    expect(links.map(({ name }) => name)).toEqual(names);
    expect(links.map(({ set }) => set?.master)).toEqual([undefined, names[0], undefined]);
    expect(links.map(({ create }) => create)).toEqual([
      { type: 'bridge' },
      { type: 'veth', peer: names[2] },
      { type: 'veth', peer: names[1] },
    ]);
  });

  it('have an MTU only if there is one', () => {
    expect(hybridLinks({ vifId, mtu: 1450 }).map(({ set }) => set?.mtu)).toEqual([1450, 1450, 1450]);
    expect(hybridLinks({ vifId }).some(({ set }) => set && 'mtu' in set)).toBe(false);
  });

  it('have no IPv6; the ends that exist already keep theirs', () => {
    expect(hybridLinks({ vifId }).map(({ set, initial }) => ({ ...initial, ...set }).ipv6)).toEqual([
      false,
      false,
      false,
    ]);
    expect(hybridLinks({ vifId }).map(({ set }) => set?.ipv6)).toEqual([false, undefined, undefined]);
  });

  it('may hang on a bridge of another name', () => {
    const [bridge, bridgeEnd] = hybridLinks({ vifId, bridge: 'br7' });
    expect([bridge?.name, bridgeEnd?.set?.master]).toEqual(['br7', 'br7']);
    expect(noHybridLinks({ vifId, bridge: 'br7' }).map(({ name }) => name)).toEqual([
      ...names.slice(1),
      'br7',
    ]);
  });

  it('can be taken away', () => {
    expect(noHybridLinks({ vifId }).map(({ name, type }) => [name, type])).toEqual([
      [names[1], 'veth'],
      [names[2], 'veth'],
      [names[0], 'bridge'],
    ]);
  });

  it('pass the last door', () => {
    const plan = [...hybridLinks({ vifId, mtu: 9000 }), ...noHybridLinks({ vifId })];
    expect(() => validatePlan(plan, 'test', vifId)).not.toThrow();
  });
});
