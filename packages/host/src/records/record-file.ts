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

/** The error codes for opening something that is not a file: a symbolic link, a socket, a device without a driver. */
const NO_FILE = ['ELOOP', 'ENXIO', 'ENODEV'];

/** Why a record's file cannot be trusted. */
export interface RecordFlaw {
  readonly flaw: string;
}

/**
 * The text of a record's file; undefined if there is none. Anything may be in the place of the file: so it is opened
 * without waiting for a FIFO's writer, checked after opening, and read up to a limit.
 */
export function readIfSound(
  path: string,
  directory: StateDirectory,
  maxBytes: number,
): string | RecordFlaw | undefined {
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK | constants.O_NOCTTY;
  let descriptor: number;
  try {
    descriptor = openSync(path, flags);
  } catch (error) {
    const code = codeOf(error) ?? '';
    if (code === 'ENOENT') return undefined;
    if (NO_FILE.includes(code)) return { flaw: 'is not a regular file' };
    throw error;
  }
  try {
    const stats = fstatSync(descriptor);
    if (!stats.isFile()) return { flaw: 'is not a regular file' };
    if (stats.nlink === 0) return readIfSound(path, directory, maxBytes); // replaced since it was opened
    if (stats.nlink > 1) return { flaw: `has ${stats.nlink} names (hard links)` };
    const flaw = flawOf(stats, directory);
    if (flaw) return { flaw };
    if (stats.size > maxBytes) return { flaw: `has more than ${maxBytes} bytes` };
    const buffer = Buffer.alloc(stats.size);
    return buffer.toString('utf8', 0, readSync(descriptor, buffer, 0, stats.size, 0));
  } finally {
    closeSync(descriptor);
  }
}

/**
 * Replaces the text of a file atomically. Not with write-file-atomic, because that does not insist on a temporary file
 * that it made itself.
 */
export function replace(file: string, text: string, directory: StateDirectory): Stats {
  const draft = `${file}.new`;
  const mode = fileModeIn(directory);
  const descriptor = openDraft(draft, mode);
  try {
    try {
      if (directory.sharedBy !== undefined) fchmodSync(descriptor, mode); // the umask may have removed some
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

/** Whether the file is unchanged, both its text and who may write it. */
export function isSame(a: Stats, b: Stats): boolean {
  const isText = a.ino === b.ino && a.size === b.size && a.ctimeMs === b.ctimeMs;
  return isText && a.mode === b.mode && a.uid === b.uid && a.gid === b.gid && a.nlink === b.nlink;
}

function openDraft(draft: string, mode: number): number {
  try {
    return openSync(draft, 'wx', mode);
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error;
    rmSync(draft, { force: true }); // left by a process that was killed
    return openSync(draft, 'wx', mode);
  }
}
