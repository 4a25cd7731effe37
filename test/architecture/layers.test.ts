import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** What the sources of a package may import of the others: an arrow may only point down. */
const allowed: Readonly<Record<string, readonly string[]>> = {
  'packages/core': [],
  'packages/host': ['@vifkit/core'],
  'packages/libvirt': ['@vifkit/core'],
  'packages/testkit': ['@vifkit/core', '@vifkit/host'],
  plugins: ['@vifkit/core'],
  'packages/cli': ['@vifkit/core', '@vifkit/host', '@vifkit/libvirt', '@vifkit/plugin-*'],
  'packages/demo': ['@vifkit/cli', '@vifkit/core', '@vifkit/host', '@vifkit/libvirt', '@vifkit/testkit'],
};

/** Modules by which a program reaches its host; core has none of them. */
const io =
  /^(node:(fs|net|tls|child_process|dgram|http|https|os|worker_threads|process)(\/.*)?|execa|pino.*)$/;

interface Source {
  readonly path: string;
  readonly imports: readonly string[];
}

function sourcesBelow(folder: string): Source[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => /\.ts$/.test(path))
    .map((path) => join(folder, path))
    .filter((path) => statSync(path).isFile())
    .map((path) => {
      const text = readFileSync(path, 'utf8');
      const imports = [...text.matchAll(/(?:\bfrom|\bimport\(|^import)\s*'([^']+)'/gm)].map(
        ([, name]) => name ?? '',
      );
      return { path: relative(root, path), imports };
    });
}

const packages = ['packages', 'plugins'].flatMap((parent) =>
  readdirSync(join(root, parent)).map((name) => `${parent}/${name}`),
);
const sources = new Map(packages.map((folder) => [folder, sourcesBelow(join(root, folder, 'src'))]));

function mayImport(folder: string, name: string): boolean {
  const rules = allowed[folder.startsWith('plugins/') ? 'plugins' : folder] ?? [];
  const [scope, base] = name.split('/');
  const imported = `${scope}/${base}`; // whichever of its entry points
  return rules.some((rule) =>
    rule.endsWith('*') ? imported.startsWith(rule.slice(0, -1)) : rule === imported,
  );
}

describe('the layers', () => {
  it.each(packages)('%s imports only what is below it', (folder) => {
    const wrong = sources
      .get(folder)
      ?.flatMap(({ path, imports }) => imports.map((name) => ({ path, name })))
      .filter(({ name }) => name.startsWith('@vifkit/') && !mayImport(folder, name));
    expect(wrong).toEqual([]);
  });

  it.each(packages)('%s reaches into no other package by a path', (folder) => {
    const outside = sources.get(folder)?.filter(({ path, imports }) =>
      imports.some((name) => {
        if (!name.startsWith('.')) return false;
        const target = relative(join(folder, 'src'), join(path, '..', name));
        return target.split(sep)[0] === '..';
      }),
    );
    expect(outside).toEqual([]);
  });

  it('leaves all input and output to the packages above core', () => {
    const reaching = sources
      .get('packages/core')
      ?.filter(({ imports }) => imports.some((name) => io.test(name) && name !== 'node:net'));
    expect(reaching?.map(({ path }) => path)).toEqual([]);
  });

  it('has core use node:net for the reading and spelling of addresses alone', () => {
    const users = sources.get('packages/core')?.filter(({ imports }) => imports.includes('node:net'));
    for (const { path } of users ?? []) {
      expect(readFileSync(join(root, path), 'utf8')).toMatch(
        /import \{ isIP(, SocketAddress)? \} from 'node:net'/,
      );
    }
  });

  it('has no circular import', () => {
    expect([...sources.values()].flatMap((each) => cyclesIn(each))).toEqual([]);
  });
});

/** The files of a package from which a chain of imports leads back to themselves. */
function cyclesIn(files: readonly Source[]): string[] {
  const edges = new Map(
    files.map(({ path, imports }) => [
      path,
      imports
        .filter((name) => name.startsWith('.'))
        .map((name) => join(path, '..', name).replace(/\.js$/, '.ts')),
    ]),
  );
  const done = new Set<string>();
  const cycles: string[] = [];
  const visit = (path: string, trail: readonly string[]): void => {
    if (trail.includes(path)) {
      cycles.push([...trail.slice(trail.indexOf(path)), path].join(' -> '));
      return;
    }
    if (done.has(path)) return;
    for (const next of edges.get(path) ?? []) visit(next, [...trail, path]);
    done.add(path);
  };
  for (const path of edges.keys()) visit(path, []);
  return cycles;
}
