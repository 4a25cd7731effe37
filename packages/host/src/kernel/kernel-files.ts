import { closeSync, existsSync, openSync, readdirSync, readFileSync, write, writeSync } from 'node:fs';
import { readdir, readFile, readlink, realpath, watch } from 'node:fs/promises';
import { basename } from 'node:path';
import { promisify } from 'node:util';
import { pause } from '@vifkit/engine/time';
import { codeOf, unlessExhausted } from './error-code.js';

/**
 * The files below /proc and /sys in which a kernel shows its state: this host's, or those of an in-memory kernel.
 * Reading them fails with DESCRIPTORS_EXHAUSTED, and never otherwise.
 */
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
    } catch (error) {
      return unlessExhausted(error, []);
    }
  },
  settings(paths) {
    const texts = new Map<string, string>();
    for (const path of paths) {
      try {
        texts.set(path, readFileSync(path, 'utf8'));
      } catch (error) {
        unlessExhausted(error, undefined); // there is no such link, or the kernel has no such setting
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
  text: async (path) => (await readFile(path, 'utf8').catch((error) => unlessExhausted(error, ''))).trim(),
  names: (path) => readdir(path).catch((error) => unlessExhausted(error, [])),
  target: (path) => readlink(path).catch(() => undefined),
  resolve: (path) => realpath(path).catch(() => undefined),
};

const writeInThread = promisify(write);

/** Milliseconds before a folder that cannot be watched now is tried again. */
const RETRY_DELAY = 2_000;

/** The limits of the process and of its user; others may free what is missing. */
const limits = ['EMFILE', 'ENFILE', 'ENOSPC'];

/**
 * Calls `changed` with the name of each file that changes in a folder, and with null if files may have changed unseen. A
 * folder that is removed and made anew is followed again: systemd does that with the RuntimeDirectory= of a service
 * that restarts. Resolves once the signal fires, or if there is no such folder at first. Never rejects.
 */
export async function followFolder(
  path: string,
  changed: (name: string | null) => void,
  signal: AbortSignal,
): Promise<void> {
  for (let isFirst = true; !signal.aborted; isFirst = false) {
    try {
      const events = watch(path, { signal });
      if (!isFirst && existsSync(path)) changed(null);
      for await (const { filename } of events) {
        changed(filename);
        if (filename === basename(path)) break; // something happens to the folder itself: it may be gone
      }
    } catch (error) {
      if (isFirst && !limits.includes(codeOf(error) ?? '')) return;
    }
    await pause(RETRY_DELAY, signal);
  }
}
