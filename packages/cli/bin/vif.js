#!/usr/bin/env node
// Committed, unlike what it loads: package managers link a bin at install, before anything is built. It is CommonJS (see
// package.json beside it), as the bundle is: Node.js takes some milliseconds to start its loader of ES modules.
const { statSync } = require('node:fs');
const { join } = require('node:path');

const ownPackage = join(__dirname, '..');

/** When a file was written; 0 if it is not there. */
const written = (path) => statSync(join(ownPackage, path), { throwIfNoEntry: false })?.mtimeMs ?? 0;

// The bundle loads faster than the modules that it is made of, but `tsc -b` alone leaves it behind them. The compiler
// writes the build information whenever one of them changes, those of other packages included; nobody publishes it.
const bundle = written('bundle/main.cjs');
const isUsable = bundle > 0 && bundle >= written('tsconfig.tsbuildinfo');
if (isUsable) {
  const { loadBundle } = require('./load-bundle.js');
  const { main } = loadBundle(join(ownPackage, 'bundle'));
  // Published are ES modules that are bundled as well; in a working copy, the compiler's are never behind.
  const modules = written('dist/main.js') > 0 ? '../dist/main.js' : '../modules/main.js';
  main(async () => (await import(modules)).vif());
} else {
  import('../dist/main.js').then(({ main }) => main());
}
