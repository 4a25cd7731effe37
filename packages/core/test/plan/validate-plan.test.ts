import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isVifError } from '../../src/errors/vif-error.js';
import type { CustomStep, Plan } from '../../src/plan/steps.js';
import { validatePlan } from '../../src/plan/validate.js';
import { badLinkNames, goodSteps } from './support/steps.js';

const vifId = '9b2d1e63-704c-4c9f-8e1d-306f8ba25d02';
const validate = (plan: unknown) => validatePlan(plan, "os-vif plugin 'acme'", vifId);

/** What a plan is refused for. */
function refusal(plan: unknown): string {
  try {
    validate(plan);
  } catch (error) {
    if (isVifError(error, 'INVALID_PLAN')) return error.message;
    throw error;
  }
  throw new Error('it was taken');
}

/** Steps but for the methods of custom ones, which are wrapped. */
const data = (plan: unknown): unknown => JSON.parse(JSON.stringify(plan));

const link = { kind: 'link', name: 'tap0' };
const port = { kind: 'ovsPort', bridge: 'br-int', name: 'tap0', externalIds: {}, wired: true };
function fail(): never {
  throw new Error('not to be touched');
}

const custom = {
  kind: 'custom',
  name: 'a',
  isDone: async () => true,
  apply: async () => {},
  undo: async () => {},
};

describe('a good plan', () => {
  it.each(goodSteps)('may have the step %o', (step) => expect(data(validate([step]))).toEqual(data([step])));

  it('may have any number of steps, in their order', () => {
    expect(validate([])).toEqual([]);
    expect(data(validate(goodSteps))).toEqual(data(goodSteps));
  });

  it('may leave out by undefined what need not be there', () => {
    const set = { up: true, mtu: undefined };
    expect(validate([{ ...link, create: undefined, set }])).toStrictEqual([{ ...link, set: { up: true } }]);
  });

  it('may be of another realm’s making, or have no prototypes', () => {
    expect(validate([Object.assign(Object.create(null), link)])).toEqual([link]);
  });

  it('is a copy that nobody can change', () => {
    const argv = ['acmectl', 'bind'];
    const externalIds: Record<string, string> = { 'iface-id': vifId };
    const steps = [
      { kind: 'command', argv },
      { ...port, externalIds },
    ];
    const plan = validate(steps);
    argv.push('--force');
    externalIds['iface-id'] = 'changed';
    steps.pop();
    expect(plan).toEqual([
      { kind: 'command', argv: ['acmectl', 'bind'] },
      { ...port, externalIds: { 'iface-id': vifId } },
    ]);
  });

  it('has what a getter said when it was asked', () => {
    let asked = 0;
    const step = {
      kind: 'link',
      get name() {
        asked += 1;
        return asked === 1 ? 'tap0' : 'lo; reboot';
      },
    };
    expect(JSON.stringify(validate([step]))).toBe('[{"kind":"link","name":"tap0"}]');
  });
});

describe('a custom step', () => {
  it('may be the object of a class, whose methods are run on it', async () => {
    class Bind implements CustomStep {
      readonly kind = 'custom';
      readonly #port = vifId;
      get name() {
        return `acme port ${this.#port}`;
      }
      async isDone() {
        return this.#port === vifId;
      }
      async apply() {}
      async undo() {}
    }
    const [checked] = validate([new Bind()]) as [CustomStep];
    expect(checked.name).toBe(`acme port ${vifId}`);
    expect(await checked.isDone(new AbortController().signal)).toBe(true);
  });

  it('stays as it was checked, whatever the plugin does to it afterwards', async () => {
    const step = { ...custom };
    const [checked] = validate([step]) as [CustomStep];
    Object.assign(step, { name: 'a\nb', isDone: 'no', kind: 'link' });
    expect(checked).toMatchObject({ kind: 'custom', name: 'a' });
    expect(await checked.isDone(new AbortController().signal)).toBe(true);
    expect(() => Object.assign(checked, { name: 'b' })).toThrow(TypeError);
  });

  it.each([
    [() => new Error('boom'), ': boom'],
    [() => 'boom', ': "boom"'],
    [() => undefined, ': undefined'],
    [() => ({ [Symbol.for('vifkit.error')]: true }), ': a plain object'],
    [() => new Proxy({}, { has: fail, get: fail, getPrototypeOf: fail }), ': something that cannot be shown'],
    [() => Object.defineProperty(new Error(), 'message', { get: fail }), ': something that cannot be shown'],
    [() => Object.assign(new Error(), { message: { toString: fail } }), ': a plain object'],
  ])('that throws %s is named with its plugin', async (make, reason) => {
    const thrown = make();
    const throwing = () => {
      throw thrown;
    };
    const methods = { isDone: throwing, apply: () => Promise.reject(thrown), undo: throwing };
    const [checked] = validate([{ ...custom, ...methods }]) as [CustomStep];
    const signal = new AbortController().signal;
    for (const call of [checked.isDone(signal), checked.apply(signal), checked.undo(signal)]) {
      const error: unknown = await call.catch((each: unknown) => each);
      expect(isVifError(error, 'PLUGIN_FAILED')).toBe(true);
      expect((error as Error).message).toBe(
        `The custom step 'a' of the os-vif plugin 'acme' failed${reason}`,
      );
    }
  });

  it.each([[undefined], ['no'], [0]])(
    'whose isDone answers %o is refused: the step would be passed over',
    async (answer) => {
      const [checked] = validate([{ ...custom, isDone: async () => answer }]) as [CustomStep];
      await expect(checked.isDone(new AbortController().signal)).rejects.toMatchObject({
        code: 'PLUGIN_FAILED',
        message: expect.stringContaining('isDone must return true or false'),
      });
    },
  );

  it.each([
    [{ kind: 'custom' }, "lacks 'name', lacks 'isDone', lacks 'apply', lacks 'undo'"],
    [{ ...custom, name: '' }, 'has a malformed \'name\' ("")'],
    [{ ...custom, name: 'a\nb' }, 'has a malformed \'name\' ("a\\nb")'],
    [{ ...custom, undo: undefined }, "lacks 'undo'"],
    [{ ...custom, isDone: true }, "has a malformed 'isDone' (true)"],
  ])('needs a name and three methods: %o', (step, message) => {
    expect(refusal([step])).toBe(`The os-vif plugin 'acme' returned a bad plan: step 0 ${message}`);
  });
});

describe('a bad plan', () => {
  it('is refused with the names of the plugin, the step and what is wrong with it', () => {
    const refuse = () => validate([link, { kind: 'link', set: { mtu: 7 }, sett: {} }]);
    expect(refuse).toThrow(
      expect.objectContaining({
        code: 'INVALID_PLAN',
        vifId,
        message:
          "The os-vif plugin 'acme' returned a bad plan: step 1 has an unknown \"sett\", lacks 'name', " +
          "has a malformed 'set.mtu' (7)",
      }),
    );
  });

  it.each([
    [undefined, 'undefined'],
    [null, 'null'],
    [{ 0: link, length: 1 }, 'a plain object'],
    [new Set([link]), 'an object'],
    ['link tap0', '"link tap0"'],
    [() => [link], 'a function'],
  ])('is no list: %o', (plan, shown) =>
    expect(refusal(plan)).toContain(`it is ${shown}, not a list of steps`),
  );

  it.each([undefined, null, 'link', 7, [link], new Map(Object.entries(link)), () => link])(
    'has a step that is none: %o',
    (step) => expect(refusal([link, step])).toContain('step 1 is '),
  );

  it('has a hole', () => {
    const plan: unknown[] = [link];
    plan[2] = link;
    expect(refusal(plan)).toContain('step 1 is undefined');
    const argv = ['acmectl'];
    argv[2] = 'bind';
    expect(refusal([{ kind: 'command', argv }])).toContain("'argv'");
    expect(refusal([{ kind: 'command', argv: new Array(2) }])).toContain("'argv'");
    expect(refusal([{ kind: 'command', argv: ['A=B', 'acmectl'] }])).toContain("'argv'");
  });

  it.each([
    'bridge',
    'Link',
    '',
    'constructor',
    '__proto__',
    'toString',
    ['link'],
    null,
    undefined,
    {},
    Symbol('a'),
  ])('has a step of a kind that there is not: %o', (kind) =>
    expect(refusal([{ ...link, kind }])).toMatch(/(unknown|lacks) 'kind'/),
  );

  it.each(['constructor', 'toString', '__proto__', 'macvlan', undefined, ['tap']])(
    'has a link of a type that there is not: %o',
    (type) => expect(refusal([{ ...link, create: { type } }])).toMatch(/(malformed|lacks) 'create.type'/),
  );
});

describe('keys', () => {
  it.each(goodSteps.filter(({ kind }) => kind !== 'custom'))('that are unknown are refused in %o', (step) => {
    expect(refusal([{ ...step, extra: 1 }])).toContain('has an unknown "extra"');
    expect(refusal([{ ...step, apply() {} }])).toContain('has an unknown "apply"');
    const proto = JSON.parse(`{ "__proto__": { "own": true } }`);
    expect(
      refusal([Object.defineProperties({ ...step }, Object.getOwnPropertyDescriptors(proto))]),
    ).toContain('has an unknown "__proto__"');
  });

  it('that are inherited do not count', () => {
    const absent = { kind: 'linkAbsent', name: 'tap0', type: 'tap' };
    expect(refusal([Object.setPrototypeOf({ ...absent }, { own: true })])).toMatch(/step 0 is an object/);
    class Absent {
      readonly kind = 'linkAbsent';
    }
    expect(refusal([Object.assign(new Absent(), absent, { own: true })])).toMatch(/step 0 is an object/);
  });

  it('that cannot be read are refused', () => {
    const broken = {
      kind: 'link',
      get name(): string {
        throw new Error('no name yet');
      },
    };
    expect(refusal([broken])).toContain('step 0 cannot be read: "no name yet"');
    const round: Record<string, unknown> = { ...link };
    round.set = round;
    expect(refusal([round])).toContain('step 0 cannot be read');
  });
});

describe('a plan of hostile make', () => {
  const endless = (): unknown =>
    new Proxy({}, { get: endless, ownKeys: () => ['a'], getOwnPropertyDescriptor: own });
  const own = () => ({ value: endless(), configurable: true, enumerable: true });
  const { proxy: revoked, revoke } = Proxy.revocable([], {});
  revoke();
  const huge = (length: number) => {
    const list: unknown[] = [];
    list.length = length;
    return list;
  };
  const wide = Object.fromEntries(Array.from({ length: 20_000 }, (_, i) => [`key${i}`, i]));
  let deep: unknown = 'tap0';
  for (let i = 0; i < 100_000; i += 1) deep = [deep];

  it.each<[string, () => unknown, string]>([
    ['is far too long', () => huge(2 ** 32 - 1), '4294967295 steps'],
    ['claims a length that is none', () => new Proxy([], { get: () => Number.NaN }), 'NaN steps'],
    [
      'throws at every touch',
      () => new Proxy([link], { get: fail, has: fail, getPrototypeOf: fail }),
      'not to be touched',
    ],
    ['is a revoked proxy', () => revoked, 'cannot be read'],
    ['is an async iterable', () => ({ async *[Symbol.asyncIterator]() {} }), 'not a list'],
    ['is an iterator', () => [link].values(), 'not a list'],
    [
      'has a step that throws at every touch',
      () => [new Proxy(link, { has: fail, get: fail })],
      'not to be touched',
    ],
    ['has a step without an end', () => [endless()], 'step 0 cannot be read'],
    ['has a step that is a revoked proxy', () => [revoked], 'step 0 cannot be read'],
    [
      'has a value that nests deep',
      () => [{ ...link, create: deep }],
      'step 0 cannot be read: "it is nested more than 8 deep"',
    ],
    [
      'has a list without an end',
      () => [{ kind: 'command', argv: huge(2 ** 32 - 1) }],
      'more than 10000 values',
    ],
    ['has very many values', () => [{ ...port, externalIds: wide }], 'more than 10000 values'],
  ])('%s', (_, plan, message) => {
    expect(refusal(plan())).toContain(message);
  });

  it('is refused in a few words, however much is wrong with it', () => {
    const extra = Object.fromEntries(Array.from({ length: 5_000 }, (_, i) => [`key${i}`, i]));
    expect(refusal([{ ...link, ...extra }])).toMatch(/, and 4995 more$/);
  });

  it('may have a thousand steps', () => {
    expect(validate(Array.from({ length: 1_000 }, () => link))).toHaveLength(1_000);
    expect(refusal(Array.from({ length: 1_001 }, () => link))).toContain('1001 steps; 1000 is the most');
  });
});

describe('whatever a plugin returns', () => {
  const value = fc.oneof(
    fc.anything({
      withNullPrototype: true,
      withSparseArray: true,
      withBigInt: true,
      withDate: true,
      withMap: true,
    }),
    fc.constantFrom(...badLinkNames, 'tap0', 'bridge', true, 5, {}, []),
  );
  const keys = [...new Set(goodSteps.flatMap((step) => Object.keys(step)))];
  const bent = fc
    .tuple(fc.constantFrom(...goodSteps), fc.constantFrom(...keys), value)
    .map(([step, key, each]) => ({ ...step, [key]: each }));
  const kinds = new Set<unknown>(goodSteps.map(({ kind }) => kind));

  /** Either a plan of known steps that passes again, or a refusal. */
  function holds(given: unknown): void {
    let plan: Plan;
    try {
      plan = validate(given);
    } catch (error) {
      expect(error).toMatchObject({ code: 'INVALID_PLAN', vifId });
      return;
    }
    for (const step of plan) {
      expect(kinds).toContain(step.kind);
      if (step.kind === 'custom') continue;
      expect(JSON.parse(JSON.stringify(step))).toEqual(step);
      expect(JSON.stringify(step)).not.toMatch(/\\[nrtu]/);
    }
    expect(data(validate(plan))).toEqual(data(plan));
  }

  it('is a plan or is refused', () => {
    fc.assert(fc.property(value, holds));
    fc.assert(fc.property(fc.array(value, { maxLength: 3 }), holds));
  });

  it('is a plan or is refused, however close to one it is', () => {
    fc.assert(fc.property(fc.array(bent, { minLength: 1, maxLength: 3 }), holds), { numRuns: 300 });
  });
});
