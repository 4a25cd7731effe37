import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const script = (name: string) => fileURLToPath(new URL(name, import.meta.url));
const committed = fileURLToPath(new URL('../../docs/api', import.meta.url));

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vif-api-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** The reports of a folder, by the names of their files. */
async function reportsIn(path: string): Promise<Record<string, string>> {
  const names = (await readdir(path)).sort();
  const texts = names.map(async (name) => [name, await readFile(join(path, name), 'utf8')] as const);
  return Object.fromEntries(await Promise.all(texts));
}

/** The names that a report has as exported, those that an entry passes on from another package among them. */
function exportedNames(report: string): string[] {
  const declared =
    /^export (?:declare |abstract |default )*(?:class|const|enum|function|interface|let|namespace|type|var) (\w+)/gm;
  const passedOn = /^export \{ (?:type )?(?:\w+ as )?(\w+) \}/gm;
  const found = [declared, passedOn].flatMap((each) =>
    [...report.matchAll(each)].map(([, name = '']) => name),
  );
  return [...new Set(found)].sort();
}

const reports = await reportsIn(committed);

describe('the reports of the public API (docs/api)', () => {
  it('are those of what is built; `npm run docs:reports` writes them anew', async () => {
    const built = join(folder, 'reports');
    await execa(process.execPath, [script('write-reports.js'), built]);
    expect(await reportsIn(built)).toEqual(reports);
  }, 240_000);

  it('have a doc comment for each name', () => {
    const undocumented = Object.entries(reports).flatMap(([file, report]) =>
      [...report.matchAll(/^\/\/ @public \(undocumented\)\n(.*)/gm)].map(([, line]) => `${file}: ${line}`),
    );
    expect(undocumented).toEqual([]);
  });

  it('have under 100 names for the entry of core, and each of core’s names at one entry', () => {
    expect(exportedNames(reports['core.api.md'] ?? '').length).toBeLessThan(100);
    const core = Object.entries(reports).filter(([file]) => /^core[.-]/.test(file));
    const names = core.flatMap(([, report]) => exportedNames(report));
    expect(names.length).toBeGreaterThan(200);
    expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
  });
});

describe('the reference of the public API', () => {
  it('is built from the doc comments, without a warning', async () => {
    const built = join(folder, 'reference');
    const { exitCode, stderr } = await execa(process.execPath, [script('write-reference.js'), built], {
      reject: false,
    });
    expect([exitCode, stderr]).toEqual([0, '']);
    const page = await readFile(join(built, 'classes/_vifkit_core.VifError.html'), 'utf8');
    expect(page).toContain('a message that says what to do');
  }, 240_000);
});
