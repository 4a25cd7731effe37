// The bundle's modules are CommonJS, and run from V8's code of them, so that a start does not compile a megabyte. Node.js
// takes such code for scripts only, hence a loader of our own. The code is made by the first start of each user, and never
// published: code that comes with a package could be another's than the source that people review.
//
// All of it is in one file, which is quicker to load than two.
const fs = require('node:fs');
const { createRequire } = require('node:module');
const { dirname, isAbsolute, join } = require('node:path');
const { Script } = require('node:vm');

/** What the main module of the bundle in this folder exports. */
function loadBundle(folder) {
  const main = join(folder, 'main.cjs');
  // Node.js finds the source maps of modules that it loads itself.
  if (process.sourceMapsEnabled) return require(main);

  const cache = openCodeCache();
  const compiled = new Map();
  const loaded = new Map();
  const requireOther = createRequire(main);
  const requireFrom = (id) => (id.startsWith('./') ? load(id.slice(2)) : requireOther(id));
  const load = (name) => {
    const known = loaded.get(name);
    if (known) return known.exports;
    const module = { exports: {} };
    loaded.set(name, module);
    const file = join(folder, name);
    const source = fs.readFileSync(file);
    const script = kept(name, source) ?? compile(name, source);
    script.runInThisContext()(module.exports, requireFrom, module, file);
    return module.exports;
  };
  const kept = (name, source) => {
    const code = cache?.read(name, source);
    const script = code && scriptOf(name, source, code);
    return script?.cachedDataRejected ? undefined : script;
  };
  const compile = (name, source) => {
    if (!cache || !isUsual()) return scriptOf(name, source);
    const script = compileWhole(name, source);
    compiled.set(name, { source, script });
    return script;
  };
  process.once('exit', () => {
    for (const [name, { source, script }] of compiled) cache.write(name, source, script.createCachedData());
  });
  return load('main.cjs');
}

/** A module as a function of what Node.js hands to CommonJS. V8 turns down code that another version of it has made. */
function scriptOf(name, source, cachedData) {
  return new Script(`(function (exports, require, module, __filename) {\n${source}\n})`, {
    filename: `vif/${name}`, // for stacks; the code has it, too, so it must not tell of a folder
    lineOffset: -1, // that of the function's head
    cachedData,
  });
}

/** Code is good under the options of V8 alone that it was made under: that of unusual ones would push out the usual. */
function isUsual() {
  return process.execArgv.length === 0 && !process.env.NODE_OPTIONS;
}

/** All functions at once: V8 leaves those that have not run yet for later, and later is every start. */
function compileWhole(name, source) {
  const { setFlagsFromString } = require('node:v8');
  setFlagsFromString('--no-lazy');
  const script = scriptOf(name, source);
  setFlagsFromString('--lazy'); // before its code is written
  return script;
}

/**
 * The cache of this process's user for this Node.js; undefined where another user could put something into it.
 *
 * V8 takes code for that of a source if the two sources have the same length. So the source is kept with the code, and
 * compared byte by byte: that is stricter than a hash, and quicker than to load Node's module for hashes.
 */
function openCodeCache() {
  try {
    const folder = folderOfUser();
    return isOwn(folder) ? cacheIn(folder) : undefined;
  } catch {
    return undefined; // no home: the source is compiled at each start
  }
}

function folderOfUser() {
  const { XDG_CACHE_HOME: named = '', HOME: home } = process.env;
  const caches = isAbsolute(named)
    ? fs.realpathSync.native(named)
    : join(fs.realpathSync.native(home || require('node:os').homedir()), '.cache');
  return join(caches, 'vifkit', `${process.version}-${process.arch}`);
}

function cacheIn(folder) {
  return {
    /** The code that was kept of this source. */
    read(name, source) {
      const kept = readOwn(join(folder, name));
      const start = startOfCode(source);
      const isOfSource = kept && kept.length > start && kept.subarray(0, source.length).equals(source);
      return isOfSource ? kept.subarray(start) : undefined;
    },
    /** As a whole: another start may be reading it, or writing it as well. One that cannot be written is left out. */
    write(name, source, code) {
      const draft = join(folder, `${name}.${process.pid}`);
      const padding = Buffer.alloc(startOfCode(source) - source.length);
      try {
        fs.mkdirSync(folder, { recursive: true, mode: 0o700 });
        fs.writeFileSync(draft, Buffer.concat([source, padding, code]), { flag: 'wx', mode: 0o600 });
        fs.renameSync(draft, join(folder, name));
      } catch {
        fs.rmSync(draft, { force: true });
      }
    },
  };
}

/** After the source, where V8 need not copy it: at a multiple of eight bytes. */
const startOfCode = (source) => Math.ceil(source.length / 8) * 8;

/** Whether nobody but this user and root can change what is in the folder, which may be missing, or put another there. */
function isOwn(folder) {
  const user = process.geteuid();
  const found = fs.lstatSync(folder, { throwIfNoEntry: false });
  if (found && !isOf(found, user)) return false;
  const root = fs.lstatSync('/').uid; // not 0 in a user namespace
  for (let at = dirname(folder); ; at = dirname(at)) {
    const stats = fs.lstatSync(at, { throwIfNoEntry: false });
    if (stats && ![user, 0, root].some((owner) => isOf(stats, owner, STICKY))) return false;
    if (at === '/') return true;
  }
}

/** Only the owner of a folder's entry may put another in its place. */
const STICKY = 0o1000;

/** Links count as what all can write: their mode is 0777. */
function isOf({ uid, mode }, owner, despite = 0) {
  return uid === owner && ((mode & 0o022) === 0 || (mode & despite) !== 0);
}

function readOwn(file) {
  const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK } = fs.constants;
  let opened;
  try {
    opened = fs.openSync(file, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
    const stats = fs.fstatSync(opened);
    if (!stats.isFile() || !isOf(stats, process.geteuid())) return undefined;
    const content = Buffer.allocUnsafeSlow(stats.size);
    return fs.readSync(opened, content) === stats.size ? content : undefined;
  } catch {
    return undefined;
  } finally {
    if (opened !== undefined) fs.closeSync(opened);
  }
}

module.exports = { loadBundle };
