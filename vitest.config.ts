import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

// Vitest finds this file from the folder of any package, too: paths that are not absolute begin there.
const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

// Tests run on the sources of every package: 'vifkit:source' is the first condition of their exports.
const conditions = ['vifkit:source', 'node', 'import', 'default'];

/** From the root, and from the folder of a package. */
const everywhere = (pattern: string) => [`{packages,plugins}/*/test/**/${pattern}`, `test/**/${pattern}`];

/** The kinds of tests that can be run alone. What none of them has is a unit test, or one on the real host. */
const apart = {
  // What other tests declare would be in what these write.
  schemas: everywhere('json-schema.test.ts'),
  fuzz: everywhere('*.fuzz.test.ts'),
  faults: ['test/reliability/**/*.test.ts'],
};
const apartAndReal = {
  'real-faults': ['test/reliability/**/*.real.test.ts'],
  guests: [...everywhere('guests/**/*.real.test.ts'), 'test/vm/**/*.real.test.ts'],
  node: ['test/node/**/*.real.test.ts'],
};

interface Kind {
  readonly name: string;
  readonly include: readonly string[];
  readonly exclude?: readonly string[];
  /** Whether each file has modules of its own; unless it does, the files of a worker load them once. */
  readonly isolate?: boolean;
}

/** In memory: as many files at a time as there are processors. */
function inMemory({ name, include, exclude = [], isolate = true }: Kind) {
  return project(name, {
    isolate,
    include: [...include],
    exclude: ['**/*.real.test.ts', '**/node_modules/**', ...exclude],
    testTimeout: 120_000, // none is that slow by itself, but a busy machine may be
  });
}

/**
 * On the real kernel, Open vSwitch and libvirt: one file after the other, since all share one network namespace
 * (see test/run.js), and two ovs-vswitchd would both want the device ovs-netdev.
 */
function onTheHost({ name, include, exclude = [] }: Kind) {
  return project(name, {
    include: [...include],
    exclude: ['**/node_modules/**', ...exclude],
    fileParallelism: false,
    isolate: false,
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // Servers and guests of a busy machine may be late once; a fault is there the second time, too. Vitest tells of both.
    retry: 1,
  });
}

function project(name: string, test: object) {
  return {
    // Vite reads a tsconfig's decorator settings only for the files that it includes; tests are in none of them.
    oxc: { decorator: { legacy: true, emitDecoratorMetadata: true } },
    resolve: { conditions },
    ssr: { resolve: { conditions } },
    test: {
      name,
      setupFiles: [here('test/setup.ts')],
      expect: { requireAssertions: true },
      ...test,
    },
  };
}

const kinds = (named: Readonly<Record<string, readonly string[]>>): Kind[] =>
  Object.entries(named).map(([name, include]) => ({ name, include }));

const host = [
  onTheHost({
    name: 'real',
    include: everywhere('*.real.test.ts'),
    exclude: Object.values(apartAndReal).flat(),
  }),
  ...kinds(apartAndReal).map(onTheHost),
];

// Without a network namespace of their own, which test/run.js makes, they would all fail.
const inOwnNetwork = process.env.VIFKIT_OUTER_NETNS !== undefined;
const isVitest = process.argv[1]?.includes('vitest') ?? false; // knip reads this file, too
if (!inOwnNetwork && isVitest) {
  console.warn('Left out: the tests on the real host (*.real.test.ts). `npm test` runs these, too.');
}

export default defineConfig({
  test: {
    // For `npm run coverage:host`: how much of what touches a host runs on a host in memory.
    coverage: {
      provider: 'v8',
      include: ['packages/host/src/**'],
      reporter: ['text', 'text-summary'],
      thresholds: { lines: 60 },
    },
    projects: [
      inMemory({
        name: 'unit',
        include: everywhere('*.test.ts'),
        exclude: Object.values(apart).flat(),
        isolate: false,
      }),
      ...kinds(apart).map(inMemory),
      ...(inOwnNetwork ? host : []),
    ],
  },
});
