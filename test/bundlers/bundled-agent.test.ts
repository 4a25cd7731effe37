import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { minify } from '@swc/core';
import { build } from 'esbuild';
import { execa } from 'execa';
import { rolldown } from 'rolldown';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import webpack from 'webpack';

const agent = fileURLToPath(new URL('agent.js', import.meta.url));

let folder: string;
let unbundled: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vif-bundled-'));
  unbundled = await run(agent);
});
afterAll(() => rm(folder, { recursive: true }));

async function run(program: string): Promise<string> {
  const { stdout } = await execa(process.execPath, [program]);
  return stdout;
}

const bundlers: Readonly<Record<string, (file: string) => Promise<unknown>>> = {
  esbuild: (outfile) =>
    build({ entryPoints: [agent], outfile, bundle: true, minify: true, platform: 'node', logLevel: 'error' }),
  async rolldown(file) {
    const bundle = await rolldown({ input: agent, platform: 'node' });
    await bundle.write({ file, format: 'cjs', minify: true, codeSplitting: false });
    await bundle.close();
  },
  async webpack(file) {
    const output = { path: dirname(file), filename: basename(file) };
    const compiler = webpack({ mode: 'production', target: 'node', entry: agent, output });
    const stats = await promisify(compiler.run.bind(compiler))();
    await promisify(compiler.close.bind(compiler))();
    expect(stats?.toString({ all: false, errors: true, warnings: true })).toBe('');
  },
  /** swc's own bundler does not know `exports` of a package.json: it minifies what others have bundled. */
  async swc(file) {
    const options = { bundle: true, platform: 'node', logLevel: 'error', write: false } as const;
    const { outputFiles } = await build({ entryPoints: [agent], ...options });
    const { code } = await minify(outputFiles[0]?.text ?? '', { compress: true, mangle: { toplevel: true } });
    await writeFile(file, code);
  },
};

describe('an agent bundled and minified', () => {
  it('knows its objects by the names of the wire, unbundled', () => {
    const { bridge, refusals } = JSON.parse(unbundled);
    expect(bridge['versioned_object.name']).toBe('VIFBridge');
    expect(refusals.map(({ name }: { name: string }) => name)).toEqual([
      ...['ValidationError', 'ValidationError', 'ValidationError', 'VifError', 'VifError'],
      ...['VifError', 'ValidationError', 'VifError', 'PlugError'],
    ]);
  });

  // On a busy machine webpack takes more than a minute.
  it.each(Object.entries(bundlers))(
    'by %s says and sends the very same',
    { timeout: 300_000 },
    async (name, bundle) => {
      const file = join(folder, name, 'agent.cjs');
      await mkdir(dirname(file));
      await bundle(file);
      expect(await run(file)).toBe(unbundled);
    },
  );
});
