import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { expect, it } from 'vitest';
import {
  badgeOf,
  conformance,
  type Kept,
  runConformance,
  type TestRunner,
} from '../../src/conformance/index.js';
import { Fabric, suiteFor } from './mutants/fabric.js';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const jest = here('../../../../node_modules/jest/bin/jest.js');
const jestConfig = JSON.stringify({
  rootDir: here('.'),
  testMatch: ['**/with-jest.mjs'],
  moduleFileExtensions: ['mjs', 'js', 'json'],
  transform: {},
});

/** Test runners of others, as they are started on a file that gives the suite to them. */
const runners: Readonly<Record<string, readonly string[]>> = {
  'the test runner of Node.js': ['--test', '--test-reporter=tap', here('with-node-test.mjs')],
  // Without the option, Jest knows no ES modules.
  Jest: ['--experimental-vm-modules', jest, '--config', jestConfig, '--verbose', '--no-cache', '--runInBand'],
};

it.each(Object.entries(runners))('runs under %s, and fails there', async (_, args) => {
  const run = (env: Record<string, string>) =>
    execa(process.execPath, args, { env: { ...env, NO_COLOR: '1' }, reject: false, all: true });
  const kept = await run({});
  expect(kept.all).toMatch(/[-✓] plugs, and a second plug has nothing to write/);
  expect(kept.exitCode).toBe(0);
  const broken = await run({ FORGETFUL: '1' });
  expect(broken.all).toMatch(/(not ok \d+ -|✕) leaves nothing behind when it is unplugged/);
  expect(broken.exitCode).toBe(1);
});

it('registers all tests while `describe` runs, as Jest and Mocha want it', async () => {
  class Right extends Fabric {}
  const tests: string[] = [];
  let depth = 0;
  const runner: TestRunner = {
    describe(name, define) {
      depth += 1;
      expect(define(), name).toBeUndefined();
      depth -= 1;
    },
    it(name) {
      expect(depth).toBe(2);
      tests.push(name);
    },
  };
  await conformance({ ...suiteFor(Right, true), runner });
  expect(tests).toContain('undoes a plug that fails, wherever it fails');
});

async function resultsOf(plugin: typeof Fabric): Promise<Kept[]> {
  const found: Kept[] = [];
  for await (const each of runConformance(suiteFor(plugin, true))) found.push(each);
  return found;
}

it('runs without any, and makes a badge', async () => {
  class Forgetful extends Fabric {
    override unplug() {
      return [];
    }
  }
  const [right, wrong] = [await resultsOf(class extends Fabric {}), await resultsOf(Forgetful)];
  const kept = right.filter(({ outcome }) => outcome === 'kept').length;
  expect(kept).toBeGreaterThan(20);
  expect(badgeOf(right, 1)).toEqual({
    schemaVersion: 1,
    label: 'vifkit',
    message: `${kept} of ${kept} promises, contract 1`,
    color: 'brightgreen',
  });
  expect(badgeOf(wrong, 1).color).toBe('red');
  expect(badgeOf([], 1).color).toBe('red');
  const broken = wrong.find(({ promise }) => promise === 'unplug-cleans');
  expect(broken).toMatchObject({ subject: 'a port', outcome: 'broken' });
  expect(broken?.reason).toContain('what the unplug left behind');
});

it('closes each vendor’s side, and has one open at a time', async () => {
  class Right extends Fabric {}
  const suite = suiteFor(Right, true);
  let [made, open, most] = [0, 0, 0];
  const vendor: typeof suite.vendor = async (request) => {
    made += 1;
    open += 1;
    most = Math.max(most, open);
    const close = () => {
      open -= 1;
    };
    return { ...(await suite.vendor?.(request)), close };
  };
  const afterEach: number[] = [];
  for await (const { outcome } of runConformance({ ...suite, vendor })) {
    expect(outcome).not.toBe('broken');
    afterEach.push(open);
  }
  expect(made).toBeGreaterThan(afterEach.length);
  expect([most, Math.max(...afterEach)]).toEqual([1, 0]);
});
