// What is published, and what it brings: from the lock file and node_modules, without a network.
import { existsSync, readdirSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const readJson = (path) => JSON.parse(readFileSync(path, 'utf8'));

/** The packages of this project that are published, by their folders. */
export function publishedPackages() {
  return ['packages', 'plugins']
    .flatMap((parent) => readdirSync(join(root, parent)).map((name) => join(root, parent, name)))
    .map((folder) => ({ folder, manifest: readJson(join(folder, 'package.json')) }))
    .filter(({ manifest }) => !manifest.private)
    .sort((one, other) => compare(one.manifest.name, other.manifest.name));
}

/** All packages that one brings, those of this project among them, each with the names and versions of what it needs. */
export function broughtBy({ folder, manifest }) {
  const found = new Map();
  const visit = (at, by, leftOut = by.leftOutOfBundle ?? []) => {
    const needed = directlyNeeded(at, by).filter((each) => !leftOut.includes(each.manifest.name));
    found.set(idOf(by), { manifest: by, needs: needed.map((each) => idOf(each.manifest)).sort(compare) });
    for (const each of needed) {
      if (found.has(idOf(each.manifest))) continue;
      visit(each.folder, each.manifest, isOwn(each.manifest.name) ? undefined : leftOut);
    }
  };
  visit(folder, manifest);
  found.delete(idOf(manifest));
  return [...found.values()].sort((one, other) => compare(idOf(one.manifest), idOf(other.manifest)));
}

/** The bytes of what the packages of others take that are installed along with one: without what is in bundles. */
export function installedBytes({ folder, manifest }) {
  const sizes = new Map();
  const visit = (at, by) => {
    for (const each of directlyNeeded(at, { ...by, inBundle: [] })) {
      const id = idOf(each.manifest);
      if (sizes.has(id)) continue;
      sizes.set(id, isOwn(each.manifest.name) ? 0 : bytesIn(each.folder));
      visit(each.folder, each.manifest);
    }
  };
  visit(folder, manifest);
  return [...sizes.values()].reduce((sum, bytes) => sum + bytes, 0);
}

function bytesIn(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0);
}

/**
 * What a package needs, as Node.js finds it, or has in its bundle: without what it wants its user to choose, but with our
 * own.
 */
export function directlyNeeded(folder, manifest) {
  const { dependencies, optionalDependencies, peerDependencies, inBundle = [] } = manifest;
  const own = Object.keys(peerDependencies ?? {}).filter(isOwn);
  const named = Object.keys({ ...dependencies, ...optionalDependencies });
  const names = [...new Set([...named, ...inBundle, ...own])].sort(compare);
  return names.map((name) => {
    const path = realpathSync(find(folder, name));
    return { folder: path, manifest: readJson(join(path, 'package.json')) };
  });
}

function find(folder, name) {
  const path = join(folder, 'node_modules', name);
  if (existsSync(join(path, 'package.json'))) return path;
  if (folder === dirname(folder)) throw new Error(`${name} is not installed; run npm run setup`);
  return find(dirname(folder), name);
}

export const isOwn = (name) => name.startsWith('@vifkit/') || name === 'create-vifkit-plugin';
export const idOf = ({ name, version }) => `${name}@${version}`;
export const compare = (one, other) => (one < other ? -1 : Number(one > other));

/** Integrity of others' packages, by name and version. */
export function integrities() {
  const lock = readFileSync(join(root, 'pnpm-lock.yaml'), 'utf8');
  const entries = lock.matchAll(/^ {2}'?([^\s':]+)'?:\n {4}resolution: \{integrity: ([^,}]+)/gm);
  return new Map([...entries].map(([, id, integrity]) => [id, integrity]));
}

/** The scripts of a package that its installation runs. */
export function installScripts({ scripts = {} }) {
  return ['preinstall', 'install', 'postinstall'].filter((name) => name in scripts);
}
