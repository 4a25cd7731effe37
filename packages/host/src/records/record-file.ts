import {
  closeSync,
  constants,
  fchmodSync,
  fstatSync,
  lstatSync,
  openSync,
  readSync,
  renameSync,
  rmSync,
  type Stats,
  writeSync,
} from 'node:fs';
import { codeOf } from '../kernel/error-code.js';
import { fileModeIn, flawOf, type StateDirectory } from '../state/state-directory.js';

/** What opening something that is no file says: a symbolic link, a socket, a device without a driver. */
const NO_FILE = ['ELOOP', 'ENXIO', 'ENODEV'];

/** Why a record's file cannot be believed. */
export interface RecordFlaw {
  readonly flaw: string;
}

/**
 * The text of a record's file; undefined if there is none. What is there instead of it may be anything: so it is opened
 * without waiting for a FIFO's writer, judged by what was opened, and read up to a bound.
 */
export function readIfSound(
  path: string,
  directory: StateDirectory,
  mostBytes: number,
): string | RecordFlaw | undefined {
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK | constants.O_NOCTTY;
  let descriptor: number;
  try {
    descriptor = openSync(path, flags);
  } catch (error) {
    const code = codeOf(error) ?? '';
    if (code === 'ENOENT') return undefined;
    if (NO_FILE.includes(code)) return { flaw: 'is no regular file' };
    throw error;
  }
  try {
    const stats = fstatSync(descriptor);
    if (!stats.isFile()) return { flaw: 'is no regular file' };
    if (stats.nlink !== 1) return { flaw: `has ${stats.nlink} names (hard links)` };
    const flaw = flawOf(stats, directory);
    if (flaw) return { flaw };
    if (stats.size > mostBytes) return { flaw: `has more than ${mostBytes} bytes` };
    const buffer = Buffer.alloc(stats.size);
    return buffer.toString('utf8', 0, readSync(descriptor, buffer, 0, stats.size, 0));
  } finally {
    closeSync(descriptor);
  }
}

/**
 * Puts a text in the place of a file, as a whole. By hand, because write-file-atomic does not keep to a draft that it made
 * itself.
 */
export function replace(file: string, text: string, directory: StateDirectory): Stats {
  const draft = `${file}.new`;
  const mode = fileModeIn(directory);
  const descriptor = openDraft(draft, mode);
  try {
    try {
      if (directory.sharedBy !== undefined) fchmodSync(descriptor, mode); // the umask may have taken the group's
      for (let left = Buffer.from(text); left.length > 0; ) left = left.subarray(writeSync(descriptor, left));
    } finally {
      closeSync(descriptor);
    }
    renameSync(draft, file);
    return lstatSync(file);
  } catch (error) {
    rmSync(draft, { force: true });
    throw error;
  }
}

/** Nothing was done to the file: neither to its text, nor to who may write it. */
export function isSame(a: Stats, b: Stats): boolean {
  const isText = a.ino === b.ino && a.size === b.size && a.ctimeMs === b.ctimeMs;
  return isText && a.mode === b.mode && a.uid === b.uid && a.gid === b.gid && a.nlink === b.nlink;
}

function openDraft(draft: string, mode: number): number {
  try {
    return openSync(draft, 'wx', mode);
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error;
    rmSync(draft, { force: true }); // of a process that was killed
    return openSync(draft, 'wx', mode);
  }
}
