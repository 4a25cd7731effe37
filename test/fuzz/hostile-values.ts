import fc from 'fast-check';

const strings = [
  '',
  ' ',
  '\n',
  '\0',
  'a\nb',
  'tap0\nlink del eth0',
  'tap0\r',
  'a\0b',
  '\u001b[2J',
  '\u0085',
  '\u2028',
  '\u202e',
  '\ufffe',
  '\ufeff',
  '\ud800',
  '\udc00x',
  '<a/>',
  ']]>&#0;\'"',
  '../../etc/passwd',
  '-all',
  '--',
  '$(reboot)',
  '`reboot`',
  ';reboot',
  '%s%n',
  'if2',
  'all',
  'default',
  '.',
  'eth0',
  '__proto__',
  'constructor',
  'toString',
  '0000:00:00.0',
  '/run/a b\nc',
  'ovs\n',
  'x'.repeat(300),
  'x'.repeat(100_000),
  'é'.repeat(15),
];

const numbers = [-0, -1, 0.5, 2 ** 31, 2 ** 53, 1e308, Number.MAX_VALUE, 4095, 4096, 65_535, 65_536, -1e-300];

const containers = [
  '[]',
  '{}',
  '[[]]',
  '[null]',
  `[${'0,'.repeat(5_000)}0]`,
  `${'['.repeat(500)}${']'.repeat(500)}`,
  `${'{"a":'.repeat(500)}1${'}'.repeat(500)}`,
  '{"__proto__":{"admin":true}}',
  '{"constructor":{"prototype":{"admin":true}}}',
  '{"toString":1,"valueOf":1,"toJSON":1}',
  '{"then":1,"length":-1}',
  '{"versioned_object.name":"VIFBridge"}',
  '{"versioned_object.name":"__proto__","versioned_object.namespace":"os_vif","versioned_object.version":"1.0","versioned_object.data":{}}',
];

/** Whatever JSON.parse can yield; as text, since it makes keys that a literal cannot have. */
const hostileJson: readonly string[] = [
  ...strings.map((each) => JSON.stringify(each)),
  ...numbers.map((each) => JSON.stringify(each)),
  '1e309',
  '-1e309',
  '-0',
  'null',
  'true',
  'false',
  ...containers,
];

export const hostileKeys = ['__proto__', 'constructor', 'toString', 'then', 'a\nb', 'x'.repeat(1_000), ''];

function fail(): never {
  throw new Error('touched');
}

/** What only a caller in this process can hand in. */
export const hostileObjects: readonly (() => unknown)[] = [
  () => undefined,
  () => Number.NaN,
  () => Number.POSITIVE_INFINITY,
  () => 10n ** 30n,
  () => Symbol('a'),
  () => () => 'eth0',
  () => new Date(),
  () => new Map([['id', 1]]),
  () => new String('eth0'),
  () =>
    new Proxy(
      {},
      { get: fail, has: fail, ownKeys: fail, getPrototypeOf: fail, getOwnPropertyDescriptor: fail },
    ),
  () =>
    new Proxy([], {
      get: fail,
      has: fail,
      ownKeys: fail,
      getPrototypeOf: fail,
      getOwnPropertyDescriptor: fail,
    }),
  () => {
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    return proxy;
  },
  endless,
  () => new Proxy([], { get: (_, key) => (key === 'length' ? 2 ** 32 - 1 : endless()) }),
  () => Object.defineProperty({}, 'id', { enumerable: true, get: fail }),
  () => ({ toString: fail, valueOf: fail, toJSON: fail, [Symbol.toPrimitive]: fail }),
  () => Object.create({ id: 'inherited' }),
  () => {
    const list: unknown[] = [];
    list.length = 2 ** 32 - 1;
    return list;
  },
  () => {
    const round: Record<string, unknown> = {};
    round.self = round;
    return round;
  },
];

/** An object in which there is always one more. */
function endless(): unknown {
  const getOwnPropertyDescriptor = () => ({ value: endless(), configurable: true, enumerable: true });
  return new Proxy({}, { get: endless, ownKeys: () => ['a'], getOwnPropertyDescriptor });
}

export const anyJsonText: fc.Arbitrary<string> = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...hostileJson) },
  { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 3 }).map((value) => JSON.stringify(value)) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 40 }).map((text) => JSON.stringify(text)) },
);
