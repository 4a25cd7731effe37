// What is public: the documented entries of the packages that are published.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url));

/** For the other packages of vifkit alone: they have no promise of their own. */
const internal = {
  '@vifkit/core': ['./internal'],
  '@vifkit/engine': ['./connection', './time'],
  '@vifkit/host': ['./parts'],
};

/** The documented entries of the packages that are published, in an order that does not change. */
export const entries = ['packages', 'plugins']
  .flatMap((parent) => readdirSync(join(root, parent)).map((name) => join(root, parent, name)))
  .map((folder) => ({ folder, manifest: JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) }))
  .filter(({ manifest }) => !manifest.private)
  .flatMap(({ folder, manifest }) =>
    Object.entries(manifest.exports)
      .filter(([entry, { types }]) => types !== undefined && !internal[manifest.name]?.includes(entry))
      .map(([entry, { types }]) => ({
        folder,
        name: manifest.name + entry.slice(1),
        declarations: join(folder, types),
      })),
  );

/** Of the compiler that reads their declarations. */
export const compilerOptions = {
  ...JSON.parse(readFileSync(join(root, 'tsconfig.base.json'), 'utf8')).compilerOptions,
  typeRoots: [join(root, 'node_modules/@types')],
  rootDir: root,
};
