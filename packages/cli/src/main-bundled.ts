import { guardOutput } from './output/guard-output.js';
import type { Surroundings } from './surroundings.js';
import { vif } from './vif.js';

/** As main.ts, but for a bundle: that is CommonJS, in which there is no `await` outside of functions. */
export async function main(unbundled: Surroundings['unbundled']): Promise<void> {
  guardOutput(process.stdout);
  guardOutput(process.stderr);

  // Should it never settle, this is what Node.js ends with for such an `await`.
  const unsettled = () => {
    process.exitCode = 13;
  };
  process.once('exit', unsettled);
  const status = await vif(unbundled);
  process.off('exit', unsettled);
  process.exitCode = status;
}
