import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { execa } from 'execa';
import { rolldown } from 'rolldown';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

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
};

describe('an agent bundled and minified', () => {
  it('is told of its objects by the names of the wire, unbundled', () => {
    const { bridge, refusals } = JSON.parse(unbundled);
    expect(bridge['versioned_object.name']).toBe('VIFBridge');
    expect(refusals.map(({ name }: { name: string }) => name)).toEqual([
      ...['ValidationError', 'ValidationError', 'ValidationError', 'VifError', 'VifError'],
      ...['VifError', 'ValidationError', 'VifError', 'PlugError'],
    ]);
  });

  it.each(Object.entries(bundlers))('by %s says and sends the very same', async (name, bundle) => {
    const file = join(folder, `${name}.cjs`);
    await bundle(file);
    expect(await run(file)).toBe(unbundled);
  });
});
