// The bundle's modules are CommonJS, each with the code that V8 made of it when it was bundled: so a start does not parse
// and compile a megabyte. Node.js takes such code for scripts only, hence a loader of our own.
const { readFileSync } = require('node:fs');
const { createRequire } = require('node:module');
const { join } = require('node:path');
const { Script } = require('node:vm');

/** What the main module of the bundle in this folder exports. */
function loadBundle(folder) {
  const main = join(folder, 'main.cjs');
  // Node.js finds the source maps of modules that it loads itself.
  if (process.sourceMapsEnabled) return require(main);

  const loaded = new Map();
  const requireOther = createRequire(main);
  const requireFrom = (id) => (id.startsWith('./') ? load(id.slice(2)) : requireOther(id));
  const load = (name) => {
    const known = loaded.get(name);
    if (known) return known.exports;
    const module = { exports: {} };
    loaded.set(name, module);
    const file = join(folder, name);
    const script = scriptOf(name, readFileSync(file, 'utf8'), readCode(file));
    script.runInThisContext()(module.exports, requireFrom, module, file);
    return module.exports;
  };
  return load('main.cjs');
}

/**
 * A module as a function of what Node.js hands to CommonJS. V8 turns down code that another version of it has made, and
 * compiles then. It does not notice code of another source of the same length: the two are made, and replaced, together.
 */
function scriptOf(name, source, cachedData) {
  return new Script(`(function (exports, require, module, __filename) {\n${source}\n})`, {
    filename: `vif/${name}`, // for stacks; the code has it, too, so it must not tell of a folder
    lineOffset: -1, // that of the function's head
    cachedData,
  });
}

/** V8's code of a module, if there is any. Whoever may write it may write the module as well: it is trusted as much. */
function readCode(file) {
  try {
    return readFileSync(codeFile(file));
  } catch {
    return undefined;
  }
}

/** Where V8's code of a module is kept. */
const codeFile = (file) => `${file}.code`;

module.exports = { codeFile, loadBundle, scriptOf };
