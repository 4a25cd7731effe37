import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));

interface Limits {
  /** Percent of the files that may have 20 lines or fewer; blank lines do not count. */
  readonly smallFiles: number;
  /** Relative imports per 100 lines that are not blank. */
  readonly imports: number;
}

/** What packages may have at most that do not have the usual limits. */
const limits: Readonly<Record<string, Limits>> = {
  'packages/core': { smallFiles: 15, imports: 6 },
  'packages/create-vifkit-plugin': { smallFiles: 25, imports: 5 }, // it has four files
  'packages/host': { smallFiles: 10, imports: 5 },
};

/** What each other package may have at most. */
const targets: Limits = { smallFiles: 15, imports: 5 };

/** No file has more lines than that. */
const longest = 400;

interface Source {
  /** Below the sources of its package. */
  readonly path: string;
  /** Lines that are not blank. */
  readonly lines: number;
  readonly allLines: number;
  /** Files of the same package, by their paths. */
  readonly imports: readonly string[];
}

function sourcesOf(folder: string): Source[] {
  const src = join(root, folder, 'src');
  return readdirSync(src, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts'))
    .map((path) => {
      const lines = readFileSync(join(src, path), 'utf8').trimEnd().split('\n');
      const found = lines.join('\n').matchAll(/(?:\bfrom|\bimport\(|^import)\s*'(\.[^']*)'/gm);
      return {
        path,
        lines: lines.filter((line) => line.trim() !== '').length,
        allLines: lines.length,
        imports: [...found].map(([, name = '']) => join(dirname(path), name)),
      };
    });
}

/** The folders from which a chain of imports between folders leads back to themselves. */
function knottedFolders(files: readonly Source[]): string[] {
  const imported = new Map(files.map(({ path }) => [dirname(path), new Set<string>()]));
  for (const { path, imports } of files) {
    const from = dirname(path);
    for (const each of imports) if (dirname(each) !== from) imported.get(from)?.add(dirname(each));
  }
  const leadsTo = (from: string, to: string, seen = new Set<string>()): boolean => {
    return [...(imported.get(from) ?? [])].some((next) => {
      if (next === to) return true;
      if (seen.has(next)) return false;
      seen.add(next);
      return leadsTo(next, to, seen);
    });
  };
  return [...imported.keys()].filter((folder) => leadsTo(folder, folder)).sort();
}

const oneDecimal = (value: number) => Math.round(value * 10) / 10;

const packages = ['packages', 'plugins'].flatMap((parent) =>
  readdirSync(join(root, parent)).map((name) => `${parent}/${name}`),
);

describe.each(packages)('the sources of %s', (folder) => {
  const files = sourcesOf(folder);
  const { smallFiles, imports } = limits[folder] ?? targets;

  it('are chapters: few files are very small', () => {
    const small = files.filter(({ lines }) => lines <= 20);
    expect(oneDecimal((100 * small.length) / files.length)).toBeLessThanOrEqual(smallFiles);
  });

  it('are not spread over more files than they need: few relative imports', () => {
    const lines = files.reduce((sum, each) => sum + each.lines, 0);
    const count = files.reduce((sum, each) => sum + each.imports.length, 0);
    expect(oneDecimal((100 * count) / lines)).toBeLessThanOrEqual(imports);
  });

  it('have no file that is too long', () => {
    expect(files.filter(({ allLines }) => allLines > longest).map(({ path }) => path)).toEqual([]);
  });

  it('have folders whose imports point one way', () => {
    expect(knottedFolders(files)).toEqual([]);
  });
});
