import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';

const execute = promisify(execFile);

const main = new URL('../../packages/cli/dist/main.js', import.meta.url).href;

/** The most modules of our packages that a plug of a tap may load; before packages were loaded by need it took 353. */
const most = 177;

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vifkit-modules-'));
});

afterAll(() => rm(folder, { recursive: true }));

it('a plug of a tap loads its own plugin, and little else', async () => {
  const loaded = await modulesOf('plug', {
    vif: {
      id: '7c6b5a49-3827-4165-8f0e-1d2c3b4a5968',
      address: 'fa:16:3e:4a:59:68',
      devname: 'tap7c6b5a49-38',
      type: 'tap',
    },
    instance: { uuid: '0f1e2d3c-4b5a-4697-8877-665544332211' },
  });
  const plugins = loaded.flatMap((url) => /\/plugins\/([^/]+)\/dist\//.exec(url)?.[1] ?? []);
  expect(new Set(plugins)).toEqual(new Set(['tap']));
  expect(loaded).toContain(main);
  expect(loaded.length).toBeLessThanOrEqual(most);
});

/** The URLs of our compiled modules that the command loads for a request, in a network namespace of its own. */
async function modulesOf(command: string, request: object): Promise<string[]> {
  const file = join(folder, 'request.json');
  const coverage = await mkdtemp(join(folder, 'coverage-'));
  await writeFile(file, JSON.stringify(request));
  const program = `process.argv.push('${command}', '${file}'); await (await import('${main}')).main();`;
  // V8 counts what runs, and so tells what was loaded.
  const env = { ...process.env, NODE_V8_COVERAGE: coverage, VIF_STATE_DIR: join(folder, 'state') };
  const argv = ['--net', '--', process.execPath, '--input-type=module', '--eval', program, 'vif'];
  await execute('unshare', argv, { env, cwd: fileURLToPath(new URL('../..', import.meta.url)) });
  const reports = await Promise.all(
    (await readdir(coverage)).map((name) => readFile(join(coverage, name), 'utf8')),
  );
  const urls = reports.flatMap((report) => {
    const { result } = JSON.parse(report) as { readonly result: readonly { readonly url: string }[] };
    return result.map(({ url }) => url);
  });
  return [...new Set(urls)].filter((url) => /\/(packages|plugins)\/[^/]+\/dist\//.test(url));
}
