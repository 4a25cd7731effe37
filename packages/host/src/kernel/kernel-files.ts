import { closeSync, existsSync, openSync, readdirSync, readFileSync, write, writeSync } from 'node:fs';
import { readdir, readFile, readlink, realpath } from 'node:fs/promises';
import { promisify } from 'node:util';

/** The files in which a kernel tells of itself, below /proc and /sys: this host's, or those of one in memory. */
export interface KernelFiles {
  /** Whether there is such a file, told at once. */
  exists(path: string): boolean;
  /** The names in a folder below /proc/sys, told at once; none where there is no such folder. */
  entries(path: string): readonly string[];
  /** The text of a file below /proc/sys, told at once: the kernel waits for nothing there. Undefined if there is none. */
  setting(path: string): string | undefined;
  /**
   * Writes to a file below /proc/sys. Rejects with the reason if it cannot be. A kernel that is at it cannot be called
   * off: the signal is for one in memory.
   */
  set(path: string, value: string, signal: AbortSignal): Promise<void>;
  /** The text of a file, without the white space around it; '' if it cannot be read. */
  text(path: string): Promise<string>;
  /** The names in a folder; none where there is no such folder. */
  names(path: string): Promise<string[]>;
  /** Where a symbolic link leads to; undefined for what is none. */
  target(path: string): Promise<string | undefined>;
  /** The path without symbolic links; undefined if there is nothing. */
  resolve(path: string): Promise<string | undefined>;
}

export const hostKernelFiles: KernelFiles = {
  exists: existsSync,
  entries(path) {
    try {
      return readdirSync(path);
    } catch {
      return [];
    }
  },
  setting(path) {
    try {
      return readFileSync(path, 'utf8');
    } catch {
      return undefined;
    }
  },
  async set(path, value) {
    const file = openSync(path, 'w');
    try {
      // The kernel has the writer of IPv6's wait for others who change links: that is left to another thread.
      if (path.includes('/ipv6/')) await writeInThread(file, value);
      else writeSync(file, value);
    } finally {
      closeSync(file);
    }
  },
  text: async (path) => (await readFile(path, 'utf8').catch(() => '')).trim(),
  names: (path) => readdir(path).catch(() => []),
  target: (path) => readlink(path).catch(() => undefined),
  resolve: (path) => realpath(path).catch(() => undefined),
};

const writeInThread = promisify(write);
