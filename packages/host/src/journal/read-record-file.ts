import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { codeOf } from '../error-code.js';
import { flawOf, type StateDirectory } from '../state/state-directory.js';

/** Many times what a record of a virtual function has. */
const MOST_BYTES = 4_096;

/** What opening something that is no file says: a symbolic link, a socket, a device without a driver. */
const NO_FILE = ['ELOOP', 'ENXIO', 'ENODEV'];

/** Why a record's file cannot be believed. */
export interface RecordFlaw {
  readonly flaw: string;
}

/**
 * The text of a record's file; undefined if there is none. What is there instead of it may be anything: so it is
 * opened without waiting for a FIFO's writer, judged by what was opened, and read up to a bound. At once: a small file of
 * a tmpfs takes less time than a turn by way of Node's threads.
 */
export function readRecordFile(
  path: string,
  directory: StateDirectory,
  mostBytes = MOST_BYTES,
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
