import { builtInPlugins, styleFor } from '@vifkit/cli';
import { createVifDriver, type VifDriver } from '@vifkit/engine';
import { LibvirtGuestConfigurator } from '@vifkit/libvirt';
import { kernelStage, lackFor } from './kernel-stage.js';
import { memoryStage } from './memory-stage.js';
import { present } from './present.js';
import { namesOf, rehearse } from './rehearsal.js';
import type { Stage } from './stage.js';

/** Shows every request, each on the kernel if that can be, else in memory. Answers whether all went well. */
export async function show(requests: readonly object[], hasNamespace: boolean): Promise<boolean> {
  const bare = await driverFor(memoryStage({ bridges: [], links: [] }));
  const rehearsals = await Promise.all(requests.map((request) => rehearse(request, bare)));
  const props = { bridges: namesOf(rehearsals, 'bridges'), links: namesOf(rehearsals, 'links') };
  const memory = memoryStage(props);
  const kernel = hasNamespace ? await kernelStage(props) : undefined;
  const style = styleFor(process.stdout);
  let good = true;
  try {
    for (const rehearsal of rehearsals) {
      const lack = kernel ? lackFor(rehearsal) : 'this user may have no namespaces';
      const stage = kernel && !lack ? kernel : memory;
      const reason = lack && `, because ${lack}`;
      const driver = await driverFor(stage);
      good = (await present({ ...rehearsal, driver, stage, reason, style })) && good;
    }
  } finally {
    await memory.close();
    await kernel?.close();
  }
  return good;
}

async function driverFor({ host }: Stage): Promise<VifDriver> {
  return createVifDriver({ host, guests: new LibvirtGuestConfigurator(), plugins: await builtInPlugins() });
}
