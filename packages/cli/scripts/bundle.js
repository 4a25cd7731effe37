// Bundles the command into packages/cli/bundle, from the compiled modules, unless it is there and up to date.
import {
  copyFileSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const folder = here('../bundle');
/** The same as ES modules, for plugins that are named: they share core with it. */
const modules = here('../modules');
/** What `vif explain` tells. */
const errors = here('../../../docs/errors.md');
const unfinished = here('../bundle.tmp');
/** What is written when one of the bundled modules changes: see bin/vif.js. The lock file has the versions of others'. */
const inputs = [
  here('../tsconfig.tsbuildinfo'),
  here('../../../pnpm-lock.yaml'),
  fileURLToPath(import.meta.url),
  errors,
];

/** In a module's path: of the innermost package, or of one of ours. */
const packageName = /.*\/node_modules\/(?:@[^/]+\/)?([^/]+)|\/(?:packages|plugins)\/([^/]+)\/dist\//;

if (!isUpToDate()) {
  await bundleModules();
  await bundle(); // the last: by its age it is known whether all are up to date
}

function isUpToDate() {
  const written = statSync(join(folder, 'main.cjs'), { throwIfNoEntry: false })?.mtimeMs ?? 0;
  return inputs.every((input) => statSync(input).mtimeMs <= written);
}

async function bundle() {
  const build = await rolldown({
    input: { main: here('../dist/main.js') },
    platform: 'node',
    // Loaded with `-v` alone. They look for modules of their own at run time.
    external: ['pino', 'pino-pretty'],
    // The modules of class-validator and tsyringe, and not their CommonJS: most of class-validator is never used. Not their
    // `module` either, if they have another: it is for ES5, and takes half as long again to check a request.
    resolve: { mainFields: ['es2015', 'module', 'main'] },
  });
  const { output } = await build.write({
    dir: unfinished,
    format: 'cjs', // see bin/load-bundle.js
    dynamicImportInCjs: false, // scripts have none
    entryFileNames: '[name].cjs',
    chunkFileNames: nameOf,
    sourcemap: true,
    charset: 'ascii', // V8 reads such sources in half of the time, and keeps them in half of the space
    // Comments and white space alone: names are shown in errors and stacks.
    minify: { compress: false, mangle: false, codegen: { removeWhitespace: true } },
  });
  await build.close();
  const chunks = output.filter((file) => file.type === 'chunk');
  writeFileSync(join(unfinished, 'LICENSES.txt'), licensesOf(chunks.flatMap((chunk) => chunk.moduleIds)));
  copyFileSync(errors, join(unfinished, 'errors.md'));
  // As a whole: a command that starts meanwhile must not find half of it.
  rmSync(folder, { recursive: true, force: true });
  renameSync(unfinished, folder);
}

/**
 * The command, the library and core as ES modules, in one folder: what a plugin imports of `@vifkit/core` is what the command
 * runs with (see core-fallback), and nothing else has to be installed with the command.
 */
async function bundleModules() {
  const build = await rolldown({
    input: {
      main: here('../dist/main.js'),
      index: here('../dist/index.js'),
      'core-fallback': here('../dist/plugins/core-fallback.js'),
      ...coreEntries(),
    },
    platform: 'node',
    external: ['pino', 'pino-pretty'],
    resolve: { mainFields: ['es2015', 'module', 'main'] },
  });
  const draft = here('../modules.tmp');
  await build.write({
    dir: draft,
    format: 'esm',
    entryFileNames: '[name].js',
    chunkFileNames: '[name].js',
    minify: { compress: false, mangle: false, codegen: { removeWhitespace: true } },
  });
  await build.close();
  rmSync(modules, { recursive: true, force: true });
  renameSync(draft, modules);
}

/** The modules that the entries of core are: `core` is its own, and `core-nova` is `@vifkit/core/nova`. */
function coreEntries() {
  const { exports } = JSON.parse(readFileSync(here('../../core/package.json'), 'utf8'));
  const modules = Object.entries(exports).filter(([, { default: module }]) => module !== undefined);
  return Object.fromEntries(
    modules.map(([entry, { default: module }]) => [
      entry.replace('.', 'core').replace('/', '-'),
      here(`../../core/${module}`),
    ]),
  );
}

/** Called after its package, so that stacks can be read. */
function nameOf({ moduleIds }) {
  const [, others, own] = moduleIds.at(-1)?.match(packageName) ?? [];
  const name = others ?? own;
  return `${name && name !== 'cli' ? name : '[name]'}.cjs`;
}

/** The licenses of others' packages: they have to go with their code. */
function licensesOf(modules) {
  const packages = modules.flatMap((id) => id.match(/^.*\/node_modules\/(?:@[^/]+\/)?[^/]+\//)?.[0] ?? []);
  const texts = [...new Set(packages)].sort().map((path) => {
    const { name, version, license } = JSON.parse(readFileSync(join(path, 'package.json'), 'utf8'));
    const file = readdirSync(path).find((each) => /^licen[cs]e/i.test(each));
    return `${name} ${version} (${license})\n\n${file ? readFileSync(join(path, file), 'utf8').trim() : ''}\n`;
  });
  return texts.join(`\n${'-'.repeat(80)}\n\n`);
}
