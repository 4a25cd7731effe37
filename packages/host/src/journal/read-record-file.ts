import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
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
 * opened without waiting for a FIFO's writer, judged by what was opened, and read up to a bound.
 */
export async function readRecordFile(
  path: string,
  directory: StateDirectory,
  mostBytes = MOST_BYTES,
): Promise<string | RecordFlaw | undefined> {
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK | constants.O_NOCTTY;
  const handle = await open(path, flags).catch((error: unknown) => {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    if (code === 'ENOENT') return undefined;
    if (NO_FILE.includes(code)) return { flaw: 'is no regular file' };
    throw error;
  });
  if (!handle || 'flaw' in handle) return handle;
  try {
    const stats = await handle.stat();
    if (!stats.isFile()) return { flaw: 'is no regular file' };
    if (stats.nlink !== 1) return { flaw: `has ${stats.nlink} names (hard links)` };
    const flaw = flawOf(stats, directory);
    if (flaw) return { flaw };
    if (stats.size > mostBytes) return { flaw: `has more than ${mostBytes} bytes` };
    const { bytesRead, buffer } = await handle.read(Buffer.alloc(stats.size), 0, stats.size, 0);
    return buffer.toString('utf8', 0, bytesRead);
  } finally {
    await handle.close();
  }
}
