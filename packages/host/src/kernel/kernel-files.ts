import { closeSync, existsSync, openSync, readdirSync, readFileSync, write, writeSync } from 'node:fs';
import { readdir, readFile, readlink, realpath } from 'node:fs/promises';
import { promisify } from 'node:util';

/** The files in which a kernel tells of itself, below /proc and /sys: this host's, or those of one in memory. */
export interface KernelFiles {
  /** Those of these files and folders that there are, told at once. */
  existing(paths: readonly string[]): readonly string[];
  /** The names in a folder below /proc/sys, told at once; none where there is no such folder. */
  entries(path: string): readonly string[];
  /** The texts of those of these files below /proc/sys that there are, told at once: the kernel waits for nothing there. */
  settings(paths: readonly string[]): ReadonlyMap<string, string>;
  /**
   * Writes to a file below /proc/sys. Rejects with the reason if it cannot be. A kernel that is at it cannot be called
   * off: the signal is for one in memory. Left out where only another process can write: by `tee`, one for many files.
   */
  set?(path: string, value: string, signal: AbortSignal): Promise<void>;
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
  existing: (paths) => paths.filter((path) => existsSync(path)),
  entries(path) {
    try {
      return readdirSync(path);
    } catch {
      return [];
    }
  },
  settings(paths) {
    const texts = new Map<string, string>();
    for (const path of paths) {
      try {
        texts.set(path, readFileSync(path, 'utf8'));
      } catch {
        // There is no such link, or the kernel has no such setting.
      }
    }
    return texts;
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
