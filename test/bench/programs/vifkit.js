// vifkit in process: one driver, that keeps its connections from call to call.
import 'reflect-metadata';
import { builtInPlugins } from '@vifkit/cli';
import { createVifDriver } from '@vifkit/engine';
import { openHost } from '@vifkit/host';
import { LibvirtGuestConfigurator } from '@vifkit/libvirt';
import { instance } from '../vifs.js';
import { serve } from './serve.js';

const [ovsdb, stateDir] = process.argv.slice(2);
const driver = createVifDriver({
  host: openHost({ ovsdb, stateDir, reserve: true }),
  guests: new LibvirtGuestConfigurator(),
  plugins: await builtInPlugins(),
});

/** One VIF by the call for one, several by the call for several. */
const by = (operation) => async (vifs) => {
  const requests = vifs.map((vif) => ({ vif, instance }));
  const options = { timeout: 300_000 };
  if (requests.length === 1) return driver[operation](requests[0], options);
  const results = await driver[`${operation}All`](requests, options);
  const failed = results.find(({ error }) => error);
  if (failed) throw failed.error;
};

await serve({ plug: by('plug'), again: by('plug'), check: by('check'), unplug: by('unplug') });
await driver.close();
