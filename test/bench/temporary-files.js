// Nothing stays behind, however a run ends.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * Gives this process and its children a folder for temporary files, which goes with this process. The servers and the
 * network namespaces end with it as well: the kernel, and their standard input, see to that.
 */
export function holdTemporaryFiles() {
  const folder = mkdtempSync(join(tmpdir(), 'bench-'));
  process.env.TMPDIR = folder;
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  for (const [signal, status] of Object.entries({ SIGINT: 130, SIGTERM: 143, SIGHUP: 129 })) {
    process.once(signal, () => process.exit(status));
  }
}
