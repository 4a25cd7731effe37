import { readdirSync, readFileSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Spec, Validation } from '@cyclonedx/cyclonedx-library';
import { execa } from 'execa';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sampled } from '../thorough.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const script = (name: string) => join(root, 'test/supply-chain', name);

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'supply-'));
});
afterEach(() => rm(folder, { recursive: true }));

const published = ['packages', 'plugins']
  .flatMap((parent) => readdirSync(join(root, parent)).map((name) => `${parent}/${name}`))
  .filter((path) => !JSON.parse(readFileSync(join(root, path, 'package.json'), 'utf8')).private);

describe('docs/dependencies.md', () => {
  it('reports what is installed today', async () => {
    const written = join(folder, 'dependencies.md');
    await execa(process.execPath, [script('write-dependencies.js'), written]);
    expect(await readFile(join(root, 'docs/dependencies.md'), 'utf8')).toBe(await readFile(written, 'utf8'));
  });

  it('has no package that runs a script when it is installed', async () => {
    const rows = (await readFile(join(root, 'docs/dependencies.md'), 'utf8'))
      .split('\n## Packages of others\n')[1]
      ?.split('\n')
      .filter((line) => line.startsWith('| `'));
    expect(rows?.length).toBeGreaterThan(50);
    expect(rows?.filter((row) => row.split(' | ')[3]?.trim() !== 'none')).toEqual([]);
  });

  it.each([
    ['GPL-3.0-only', false],
    ['MIT', true],
  ])('may report a package under %s: %s', async (license, isAllowed) => {
    await mkdir(join(folder, 'test'));
    await cp(join(root, 'test/supply-chain'), join(folder, 'test/supply-chain'), { recursive: true });
    await put('package.json', { type: 'module' });
    await put('plugins/none/package.json', { private: true });
    await put('packages/one/package.json', {
      name: '@vifkit/one',
      version: '1.0.0',
      dependencies: { other: '1.0.0' },
    });
    await put('packages/one/node_modules/other/package.json', { name: 'other', version: '1.0.0', license });
    const written = join(folder, 'written.md');
    const result = await execa(
      process.execPath,
      [join(folder, 'test/supply-chain/write-dependencies.js'), written],
      { reject: false },
    );
    const refusal = 'Licences that are not allowed: other@1.0.0 (GPL-3.0-only)';
    expect([result.exitCode, result.stderr]).toEqual(isAllowed ? [0, ''] : [1, refusal]);
  });

  async function put(path: string, content: object): Promise<void> {
    await mkdir(join(folder, path, '..'), { recursive: true });
    await writeFile(join(folder, path), JSON.stringify(content));
  }
});

describe('the components of a package', () => {
  it.each(sampled(published, 4))('are CycloneDX: %s', async (path) => {
    const written = join(folder, 'sbom.cdx.json');
    await execa(process.execPath, [script('write-sbom.js'), written], { cwd: join(root, path) });
    const text = await readFile(written, 'utf8');
    const validator = new Validation.JsonStrictValidator(Spec.Version.v1dot6);
    expect(await validator.validate(text)).toBeNull();
    const { metadata, components, dependencies } = JSON.parse(text);
    const refs = new Set([metadata.component, ...components].map((each) => each['bom-ref']));
    for (const each of dependencies) expect([...refs]).toEqual(expect.arrayContaining(each.dependsOn));
    expect(dependencies).toHaveLength(refs.size);
  });

  it('go into its tarball, with no code of V8', async () => {
    const { stdout } = await execa('npm', ['pack', '--pack-destination', folder, '--json'], {
      cwd: join(root, 'packages/cli'),
      env: { npm_config_cache: join(folder, 'npm') },
    });
    const files = JSON.parse(stdout.slice(stdout.indexOf('[')))[0].files.map(
      (file: { path: string }) => file.path,
    );
    expect(files).toEqual(expect.arrayContaining(['sbom.cdx.json', 'bundle/main.cjs', 'bin/vif.js']));
    expect(files.filter((path: string) => /\.(code|cache)$/.test(path))).toEqual([]);
    await rm(join(root, 'packages/cli/sbom.cdx.json'), { force: true }); // other tests pack it, too
  });
});

describe('the lock file', () => {
  const text = readFileSync(join(root, 'pnpm-lock.yaml'), 'utf8');
  const packages = text.split('\npackages:\n')[1]?.split('\nsnapshots:\n')[0] ?? '';

  it('has the integrity of every package, and none of git or an address', () => {
    const entries = packages.match(/^ {2}\S.*:$/gm) ?? [];
    const resolutions = packages.match(/^ {4}resolution: .*$/gm) ?? [];
    expect(entries.length).toBeGreaterThan(100);
    expect(resolutions).toHaveLength(entries.length);
    const isWhole = (line: string) => /^ {4}resolution: \{integrity: sha512-[\w+/]{86}==\}$/.test(line);
    expect(resolutions.filter((line) => !isWhole(line))).toEqual([]);
    expect(text.match(/(git[+:]|git@[\w.-]+:|https?:|file:[./]|tarball:|codeload).*/g)).toBeNull();
  });

  it('is what the packages ask for', async () => {
    const specifiers = text.split('\nimporters:\n')[1]?.split('\npackages:\n')[0] ?? '';
    for (const path of ['.', ...published]) {
      const manifest = JSON.parse(await readFile(join(root, path, 'package.json'), 'utf8'));
      const part = specifiers.match(new RegExp(`^ {2}${path}:\\n((?: {4}.*\\n|\\n)*)`, 'm'))?.[1] ?? '';
      const locked = [...part.matchAll(/^ {6}'?([^\s':]+)'?:\n {8}specifier: '?([^'\n]+)/gm)];
      const asked = Object.entries({ ...manifest.dependencies, ...manifest.devDependencies });
      expect(new Map(locked.map(([, name, range]) => [name, range]))).toEqual(new Map(asked));
    }
  });
});
