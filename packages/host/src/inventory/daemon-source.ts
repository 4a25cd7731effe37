import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Thing } from '@vifkit/engine';
import { codeOf, unlessExhausted } from '../kernel/error-code.js';
import { followFolder } from '../kernel/kernel-files.js';
import { DAEMONS } from './ovs-things.js';
import type { Source } from './source.js';

/**
 * Whether Open vSwitch's daemons run: while one does, there is a file with its process id next to its socket. A daemon
 * that is killed leaves the file, and is only noticed at the next reading.
 */
export class DaemonSource implements Source {
  /** @param folder the folder of the sockets, such as /var/run/openvswitch */
  constructor(private readonly folder: string) {}

  async read(): Promise<readonly Thing[]> {
    const running = await Promise.all(DAEMONS.map((name) => isRunning(join(this.folder, `${name}.pid`))));
    return DAEMONS.map((name, i) => ({
      kind: 'daemon',
      name,
      vifIds: [],
      below: [],
      attributes: { running: running[i] ?? false },
    }));
  }

  async watch(changed: () => void, signal: AbortSignal): Promise<void> {
    await followFolder(this.folder, changed, signal); // without such a folder there is no Open vSwitch
  }
}

async function isRunning(file: string): Promise<boolean> {
  try {
    const pid = Number(await readFile(file, 'utf8'));
    return pid > 0 && process.kill(pid, 0);
  } catch (error) {
    return unlessExhausted(error, codeOf(error) === 'EPERM'); // another user's process
  }
}
