// The bundle's modules are CommonJS, and run from V8's code cache, so that a start does not compile a megabyte. Node.js
// accepts such code for scripts only, hence a loader of our own. The first starts of each user make the code. It is
// never published: code that comes with a package need not be that of the source that people review.
//
// All modules that a command loads become one script, kept with its code in one file: a script and a file for each of
// fifty modules take twice as long to load.
const fs = require('node:fs');
const { createRequire } = require('node:module');
const { dirname, isAbsolute, join } = require('node:path');
const { Script } = require('node:vm');
const { crc32 } = require('node:zlib');

/**
 * The code contains the functions that have run. This many starts add what they need, since the first may only have
 * printed help. A function that no start needs would cost each of them as much to load as any other.
 */
const LEARNING = 3;

/** Files of a user, for all commands of all copies of the program: about a megabyte each. The oldest make room. */
const MOST_FILES = 64;

/** What the main module of the bundle in this folder exports. */
function loadBundle(folder) {
  const main = join(folder, 'main.cjs');
  // Node.js finds the source maps of modules that it loads itself.
  if (process.sourceMapsEnabled) return require(main);

  const cache = findCache(folder);
  const kept = cache && readKept(cache, folder);
  const functions = kept?.script.runInThisContext() ?? {};
  const loaded = new Map();
  let isComplete = kept !== undefined;
  const requireOther = createRequire(main);
  const requireFrom = (id) => (id.startsWith('./') ? load(id.slice(2)) : requireOther(id));
  const load = (name) => {
    const known = loaded.get(name);
    if (known) return known.exports;
    const module = { exports: {} };
    loaded.set(name, module);
    if (!functions[name]) {
      isComplete = false;
      Object.assign(functions, scriptOf(joined([readModule(folder, name)])).runInThisContext());
    }
    functions[name](module.exports, requireFrom, module, join(folder, name));
    return module.exports;
  };
  process.once('exit', () => {
    if (!cache || !isUsual()) return;
    if (!isComplete) keepModules(cache, folder, Object.keys(functions));
    else if (kept.starts < LEARNING) {
      write(cache, { ...kept, starts: kept.starts + 1, code: kept.script.createCachedData() });
    }
  });
  return load('main.cjs');
}

/** The modules that were kept, as a script; undefined unless all of them are still what they were. */
function readKept(cache, folder) {
  try {
    const { modules, starts, source, code } = read(cache);
    const isSame = ({ name, state }) => stateOf(fs.statSync(join(folder, name))) === state;
    if (!modules.every(isSame)) return undefined;
    const script = scriptOf(source, code);
    return { modules, starts: script.cachedDataRejected ? 0 : starts, source, script };
  } catch {
    return undefined; // there is none, it is damaged, or one of the modules is gone
  }
}

/** The next start runs them as one script, and makes its code. */
function keepModules(cache, folder, names) {
  const all = names.map((name) => readModule(folder, name));
  const modules = all.map(({ name, state }) => ({ name, state }));
  write(cache, { modules, starts: 0, source: joined(all), code: Buffer.alloc(0) });
  removeOldest(dirname(cache));
}

/** Copies of the program that are gone leave their files behind. */
function removeOldest(folder) {
  try {
    const files = fs.readdirSync(folder).map((name) => join(folder, name));
    if (files.length <= MOST_FILES) return;
    const written = new Map(files.map((file) => [file, fs.lstatSync(file).mtimeMs]));
    const byAge = files.sort((a, b) => written.get(b) - written.get(a));
    for (const file of byAge.slice(MOST_FILES)) fs.rmSync(file, { force: true });
  } catch {
    // another start removes them as well, or there is no such folder
  }
}

function readModule(folder, name) {
  const file = fs.openSync(join(folder, name));
  try {
    return { name, state: stateOf(fs.fstatSync(file)), source: fs.readFileSync(file, 'latin1') }; // all of it is ASCII
  } finally {
    fs.closeSync(file);
  }
}

/** Whoever writes to a file, or puts another in its place, changes one of these. */
const stateOf = ({ dev, ino, size, mtimeMs, ctimeMs }) => [dev, ino, size, mtimeMs, ctimeMs].join(' ');

/** Modules as functions of what Node.js hands to CommonJS, by their names. */
function joined(modules) {
  const functions = modules.map(
    ({ name, source }) =>
      `${JSON.stringify(name)}: function (exports, require, module, __filename) {\n${source}\n}`,
  );
  return `({\n${functions.join(',\n')}\n})`;
}

/** V8 rejects code that another version of it has made. */
function scriptOf(source, cachedData) {
  const filename = 'vif'; // for stacks; the code contains it too, so it must not depend on the folder
  return new Script(source, { filename, ...(cachedData?.length > 0 && { cachedData }) });
}

/** V8 accepts code only under the options that it was made with: unusual ones would replace the usual code. */
function isUsual() {
  return process.execArgv.length === 0 && !process.env.NODE_OPTIONS;
}

/**
 * The file's contents: a line that describes the modules, their source, and V8's code, aligned so that V8 need not copy
 * it. The line has a checksum of the rest, because V8 crashes on damaged code.
 */
function read(cache) {
  const content = readOwn(cache);
  const start = content.indexOf('\n') + 1;
  const { modules, starts, length, checksum } = JSON.parse(content.toString('latin1', 0, start));
  const end = start + length;
  const code = content.subarray(aligned(end));
  if (checksumOf(content.subarray(start, end), code) !== checksum) throw new Error('It is damaged');
  return { modules, starts, source: content.toString('latin1', start, end), code };
}

/** Written atomically: another start may be reading or writing it. A file that cannot be written is left out. */
function write(cache, { modules, starts, source, code }) {
  const draft = `${cache}.${process.pid}`;
  const body = Buffer.from(source, 'latin1');
  const about = { modules, starts, length: body.length, checksum: checksumOf(body, code) };
  const line = Buffer.from(`${JSON.stringify(about)}\n`);
  const end = line.length + body.length;
  const padding = Buffer.alloc(aligned(end) - end);
  try {
    fs.mkdirSync(dirname(cache), { recursive: true, mode: 0o700 });
    fs.writeFileSync(draft, Buffer.concat([line, body, padding, code]), { flag: 'wx', mode: 0o600 });
    fs.renameSync(draft, cache);
  } catch {
    fs.rmSync(draft, { force: true });
  }
}

const checksumOf = (source, code) => crc32(code, crc32(source));

const aligned = (size) => Math.ceil(size / 8) * 8;

/**
 * The file of this process's user for this command of this copy of the program and this Node.js; undefined where another
 * user could put something into it. Copies that shared a file would each make it anew.
 */
function findCache(bundle) {
  try {
    const folder = folderOfUser();
    const [, , command = ''] = process.argv;
    const name = /^[a-z]{1,16}$/.test(command) ? command : 'vif';
    const copy = crc32(bundle).toString(16).padStart(8, '0');
    return isOwn(folder) ? join(folder, `${name}-${copy}.code`) : undefined;
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
