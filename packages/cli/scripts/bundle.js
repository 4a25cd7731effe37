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
/** The same as ES modules, for named plugins, which share core with the command. */
const modules = here('../modules');
/** The text for `vif explain`. */
const errors = here('../../../docs/errors.md');
const unfinished = here('../bundle.tmp');
/**
 * The files that change when one of the bundled modules changes: see bin/vif.js. The lock file has the versions of
 * third-party packages.
 */
const inputs = [
  here('../tsconfig.tsbuildinfo'),
  here('../../../pnpm-lock.yaml'),
  fileURLToPath(import.meta.url),
  errors,
];

/** Matches the name of the innermost package, or of one of ours, in a module's path. */
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
    // Loaded only with `-v`. They look up their own modules at run time.
    external: ['pino', 'pino-pretty'],
    // The ES modules of class-validator and tsyringe, not their CommonJS, because most of class-validator is never
    // used. Not their `module` entry either, if there is another: it is ES5, and takes 50 % longer to check a request.
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
    // Only comments and white space: names are shown in errors and stacks.
    minify: { compress: false, mangle: false, codegen: { removeWhitespace: true } },
  });
  await build.close();
  const chunks = output.filter((file) => file.type === 'chunk');
  writeFileSync(join(unfinished, 'LICENSES.txt'), licensesOf(chunks.flatMap((chunk) => chunk.moduleIds)));
  copyFileSync(errors, join(unfinished, 'errors.md'));
  // Replaced atomically: a command that starts meanwhile must not find half of it.
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

/** The modules of core's entries: `core` is the main entry, and `core-nova` is `@vifkit/core/nova`. */
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

/** Named after its package, so that stacks are readable. */
function nameOf({ moduleIds }) {
  const [, others, own] = moduleIds.at(-1)?.match(packageName) ?? [];
  const name = others ?? own;
  return `${name && name !== 'cli' ? name : '[name]'}.cjs`;
}

/** The licences of third-party packages, which must be distributed with their code. */
function licensesOf(modules) {
  const packages = modules.flatMap((id) => id.match(/^.*\/node_modules\/(?:@[^/]+\/)?[^/]+\//)?.[0] ?? []);
  const texts = [...new Set(packages)].sort().map((path) => {
    const { name, version, license } = JSON.parse(readFileSync(join(path, 'package.json'), 'utf8'));
    const file = readdirSync(path).find((each) => /^licen[cs]e/i.test(each));
    return `${name} ${version} (${license})\n\n${file ? readFileSync(join(path, file), 'utf8').trim() : ''}\n`;
  });
  return texts.join(`\n${'-'.repeat(80)}\n\n`);
}
