import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';

/** Stand-ins for vendors' tools, first on this process's PATH. They record how they are called. */
export interface VendorTools {
  /**
   * Adds a tool, or replaces an earlier one.
   * @param script what it does after it has recorded its arguments, for sh; it succeeds unless the script says
   *   otherwise
   */
  put(name: string, script?: string): Promise<void>;
  /** Removes a tool. */
  remove(name: string): Promise<void>;
  /** The argument vectors so far, in order. */
  calls(): Promise<string[][]>;
  /** Forgets the calls so far. */
  forget(): Promise<void>;
  /** Removes all tools, and their folder from PATH. */
  close(): Promise<void>;
}

/** What cannot be part of an argument here. */
const SEPARATOR = '\x1f';

/** Makes a folder for stand-ins. */
export async function makeVendorTools(): Promise<VendorTools> {
  const folder = await mkdtemp(join(tmpdir(), 'tools-'));
  const log = join(folder, '.calls');
  const forget = () => writeFile(log, '');
  const pathBefore = process.env.PATH;
  await forget();
  process.env.PATH = `${folder}${delimiter}${pathBefore}`;
  return {
    forget,
    async put(name, script = '') {
      const noting = `line=${name}; for word; do line="$line${SEPARATOR}$word"; done; printf '%s\\n' "$line" >>'${log}'`;
      await rm(join(folder, name), { force: true });
      await writeFile(join(folder, name), `#!/bin/sh\n${noting}\n${script}\n`, { mode: 0o755 });
    },
    remove: (name) => rm(join(folder, name)),
    async calls() {
      const lines = (await readFile(log, 'utf8')).split('\n').filter(Boolean);
      return lines.map((line) => line.split(SEPARATOR));
    },
    async close() {
      process.env.PATH = pathBefore;
      await rm(folder, { recursive: true, force: true });
    },
  };
}
