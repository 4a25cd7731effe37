import { closeSync, existsSync, openSync, readdirSync, readFileSync, write, writeSync } from 'node:fs';
import { readdir, readFile, readlink, realpath } from 'node:fs/promises';
import { promisify } from 'node:util';

/** The files below /proc and /sys in which a kernel shows its state: this host's, or those of an in-memory kernel. */
export interface KernelFiles {
  /** Those of these files and folders that exist. Synchronous. */
  existing(paths: readonly string[]): readonly string[];
  /** The names in a folder below /proc/sys; empty if it does not exist. Synchronous. */
  entries(path: string): readonly string[];
  /** The texts of those of these files below /proc/sys that exist. Synchronous: the kernel does not block there. */
  settings(paths: readonly string[]): ReadonlyMap<string, string>;
  /**
   * Writes to a file below /proc/sys. Rejects with the reason if that fails. A write in the kernel cannot be aborted:
   * the signal is for an in-memory kernel. Undefined if only another process can write: with one `tee` for many files.
   */
  set?(path: string, value: string, signal: AbortSignal): Promise<void>;
  /** The text of a file, without the white space around it; '' if it cannot be read. */
  text(path: string): Promise<string>;
  /** The names in a folder; empty if it does not exist. */
  names(path: string): Promise<string[]>;
  /** The target of a symbolic link; undefined if it is not one. */
  target(path: string): Promise<string | undefined>;
  /** The path without symbolic links; undefined if it does not exist. */
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
      // A write to an IPv6 setting waits in the kernel for others that change links: it is done in another thread.
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
