import { IsIn } from 'class-validator';
import { describe, expect, it } from 'vitest';
import { ValidationError, type Violation } from '../../src/errors/vif-error.js';
import { Cursor } from '../../src/fields/cursor.js';
import { field } from '../../src/fields/field.js';
import { keepsUnknownKeys } from '../../src/fields/field-spec.js';
import { readInput } from '../../src/fields/read-fields.js';

class Leaf {
  @field.cidr({ required: true })
  declare readonly cidr: string;

  @field.ips()
  declare readonly dns?: readonly string[];
}

@keepsUnknownKeys
class Free {
  @field.mtu({ digits: true })
  declare readonly mtu?: number;

  readonly [key: string]: unknown;
}

class Root {
  @field.linkName()
  declare readonly name?: string;

  @field.text({ initial: () => 'some' })
  declare readonly label: string;

  @field.boolean({ default: true })
  declare readonly on: boolean;

  @field.enum(['a', 'b'])
  declare readonly choice?: 'a' | 'b';

  @field.integer({ min: 1, max: 9 })
  declare readonly count?: number;

  @field.mac()
  declare readonly mac?: string;

  @field.object(() => Leaf)
  declare readonly leaf?: Leaf;

  @field.list(() => Leaf, { initial: () => [] })
  declare readonly leaves: readonly Leaf[];

  @field.object(() => Free, { initial: () => ({}) })
  declare readonly free: Free;

  @field.strings({ plain: true })
  declare readonly texts?: Readonly<Record<string, string>>;

  @field.map()
  declare readonly any?: Readonly<Record<string, unknown>>;

  @field.release()
  declare readonly release?: readonly number[];
}

class Extended extends Root {
  @field.uuid({ required: true })
  declare readonly id: string;

  @field.text()
  @IsIn(['red', 'green'], { message: 'must be a colour' })
  declare readonly colour?: string;
}

const start = (path = '') => Cursor.at({ code: 'INVALID_REQUEST', subject: 'It', vifId: 'v' }, path);
const read = (json: unknown) => readInput(Root, json, start());

function refusal(json: unknown, type: typeof Root = Root): readonly Violation[] {
  try {
    readInput(type, json, start());
  } catch (error) {
    if (!(error instanceof ValidationError)) throw error;
    expect(error).toMatchObject({ code: 'INVALID_REQUEST', vifId: 'v' });
    return error.violations;
  }
  throw new Error('it was taken');
}

const paths = (json: unknown, type?: typeof Root) => refusal(json, type).map(({ path }) => path);

describe('reading', () => {
  it('builds the class, and the classes within', () => {
    const root = read({
      name: 'eth0',
      leaf: { cidr: '::/0' },
      leaves: [{ cidr: '10.0.0.0/8', dns: ['10.0.0.1'] }],
    });
    expect(root).toBeInstanceOf(Root);
    expect(root.leaf).toBeInstanceOf(Leaf);
    expect(root.leaves[0]).toBeInstanceOf(Leaf);
    expect(root.leaves[0]?.dns).toEqual(['10.0.0.1']);
  });

  it('reports what is unset from what reads as a default, and from what is set to begin with', () => {
    const root = read({});
    expect(Object.keys(root).sort()).toEqual(['free', 'label', 'leaves']);
    expect(root).toMatchObject({ on: true, label: 'some' });
    expect(root.name).toBeUndefined();
    expect(root.free).toBeInstanceOf(Free);
    expect(Object.keys(read({ on: false }))).toContain('on');
  });

  it('takes null for absence', () => {
    expect(read({ name: null, label: null, leaf: null, free: { mtu: null } })).toEqual(read({}));
  });

  it('passes over keys that it does not know, unless the class keeps them', () => {
    const root = read({ unknown: 1, free: { mtu: 1500, other: [{ x: 1 }] } });
    expect('unknown' in root).toBe(false);
    expect(root.free).toEqual({ mtu: 1500, other: [{ x: 1 }] });
  });

  it('reads digits as a number only where that is declared', () => {
    expect(read({ free: { mtu: '1500' } }).free.mtu).toBe(1500);
    expect(refusal({ count: '7' })).toEqual([
      { path: 'count', message: 'must be an integer from 1 to 9, not "7"' },
    ]);
    expect(paths({ free: { mtu: '0x5dc' } })).toEqual(['free.mtu']);
  });

  it('writes MAC addresses in lower case', () => {
    expect(read({ mac: 'FA:16:3E:00:00:01' }).mac).toBe('fa:16:3e:00:00:01');
  });

  it('reads numbers and booleans among strings as their text, and null as nothing', () => {
    expect(read({ texts: { a: 'x', b: 1.5, c: true, d: null } }).texts).toEqual({
      a: 'x',
      b: '1.5',
      c: 'true',
    });
  });

  it('is final', () => {
    const json = { leaves: [{ cidr: '::/0' }], any: { list: [1] }, texts: { a: 'x' } };
    const root = read(json);
    json.any.list.push(2);
    expect(root.any).toEqual({ list: [1] });
    for (const part of [root, root.leaves, root.leaves[0], root.any, root.any?.list, root.texts]) {
      expect(Object.isFrozen(part)).toBe(true);
    }
  });
});

describe('what is refused', () => {
  it('is reported with its path, all of it', () => {
    expect(
      refusal({
        name: 'a/b',
        choice: 'c',
        leaf: { dns: ['10.0.0.1', 'no', '::1'] },
        leaves: [{ cidr: '::/0' }, { cidr: '10.0.0.0' }],
        texts: { 'quota:x': 'a\nb' },
        release: [9, 0],
      }),
    ).toEqual([
      { path: 'name', message: expect.stringMatching(/^must be a link name: .*, not "a\/b"$/) },
      { path: 'choice', message: 'must be one of a, b, not "c"' },
      { path: 'leaf.cidr', message: 'is missing' },
      { path: 'leaf.dns[1]', message: 'must be an IP address, not "no"' },
      { path: 'leaves[1].cidr', message: 'must be an IP network with a prefix length, not "10.0.0.0"' },
      { path: 'texts["quota:x"]', message: expect.stringMatching(/^must be text .*, not "a\\nb"$/) },
      { path: 'release', message: 'must be a list of 3, not a list' },
    ]);
  });

  it.each([
    ['leaf', 5],
    ['leaf', [{ cidr: '::/0' }]],
    ['leaf', new Map([['cidr', '::/0']])],
    ['leaves', {}],
    ['leaves', 'x'],
    ['free', []],
    ['texts', ['x']],
    ['any', 'x'],
    ['any', new Date()],
    ['on', 'true'],
    ['label', 7],
    ['mac', ['fa:16:3e:00:00:01']],
  ])('%s of another type: %j', (key, value) => expect(paths({ [key]: value })).toEqual([key]));

  it('is a list with anything else in it', () => {
    expect(paths({ leaves: [{ cidr: '::/0' }, null] })).toEqual(['leaves[1]']);
    expect(paths({ leaves: [[]] })).toEqual(['leaves[0]']);
    expect(paths({ leaves: new Array(3) })).toEqual(['leaves[0]']);
    expect(paths({ texts: { a: {} } })).toEqual(['texts.a']);
  });

  it.each([undefined, null, 5, 'x', [], () => ({}), new Date()])('as a whole: %j', (json) => {
    expect(paths(json)).toEqual(['']);
  });

  it('is also what inherited and foreign decorators refuse', () => {
    const refused = refusal({ name: '..', colour: 'blue' }, Extended);
    expect(refused.toSorted((a, b) => a.path.localeCompare(b.path))).toEqual([
      { path: 'colour', message: 'must be a colour' },
      { path: 'id', message: 'is missing' },
      { path: 'name', message: expect.stringContaining('link name') },
    ]);
  });

  it('has paths that go on from where the reader is', () => {
    expect(() => readInput(Root, { leaves: [{}] }, start('vif'))).toThrow(
      'It is invalid: vif.leaves[0].cidr is missing',
    );
  });
});

describe('hostile input', () => {
  it('cannot change what an object is', () => {
    const root = read(
      JSON.parse(`{
        "__proto__": {"name": "a/b"}, "constructor": {"prototype": {"polluted": 1}},
        "free": {"__proto__": {"mtu": 1}, "constructor": "x", "mtu": 1500},
        "any": {"__proto__": {"polluted": 1}, "constructor": 2, "in": {"__proto__": 3}},
        "texts": {"__proto__": "x", "constructor": "y"}
      }`),
    );
    expect(root).toBeInstanceOf(Root);
    expect(root.free.constructor).toBe(Free);
    expect(root.free).toEqual({ mtu: 1500 });
    expect(root.any).toEqual({ in: {} });
    expect(root.texts).toEqual({});
    expect('polluted' in {}).toBe(false);
  });

  it('cannot hide a value from validation', () => {
    expect(paths(JSON.parse('{"free": {"constructor": {"name": "Object"}, "mtu": 1}}'))).toEqual([
      'free.mtu',
    ]);
  });

  it('gives nothing by inheritance', () => {
    const parent = Object.assign(Object.create(null), { name: 'a/b', cidr: '::/0' });
    expect(read(Object.create(parent)).name).toBeUndefined();
    expect(paths({ leaf: Object.create(parent) })).toEqual(['leaf.cidr']);
  });

  it('has no code run', () => {
    const bomb = {
      get(): never {
        throw new Error('ran');
      },
      enumerable: true,
    };
    expect(read(Object.defineProperty({}, 'name', bomb)).name).toBeUndefined();
    const any = Object.defineProperty({ a: 1 }, 'b', bomb);
    expect(read({ any, texts: { toJSON: 'x' } }).any).toMatchObject({ a: 1 });
  });

  it('may not nest without end', () => {
    const nested = JSON.parse(`{"any": ${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}}`);
    expect(refusal(nested)[0]?.message).toBe('is nested more than 32 deep');
    const round: Record<string, unknown> = {};
    round.any = round;
    expect(refusal({ any: round })[0]?.path).toMatch(/^any(\.any)+$/);
  });

  it('may not be without measure', () => {
    expect(refusal({ any: { list: new Array(200_000).fill(0) } })[0]?.message).toMatch(/too large/);
    expect(refusal({ leaves: new Array(4_000_000_000) })[0]?.message).toMatch(/too large/);
  });

  it('is passed over where nothing is read', () => {
    const deep = JSON.parse(`${'['.repeat(10_000)}${']'.repeat(10_000)}`);
    expect(read({ unknown: deep })).toEqual(read({}));
  });
});
