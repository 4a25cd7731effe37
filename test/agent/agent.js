// A control plane's agent: it keeps the VIFs plugged that it is told of on standard input, as JSON Lines, and nothing
// else. Changes of the host are noticed and mended. At the end of its input it waits for SIGTERM, unplugs all, and ends.
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { createVifDriver } from '@vifkit/engine';
import { openHost } from '@vifkit/host';
import { LibvirtGuestConfigurator } from '@vifkit/libvirt';
import ovs from '@vifkit/plugin-ovs-hybrid';

const [endpoint, stateDir] = process.argv.slice(2);
const driver = createVifDriver({
  host: openHost({ ovsdb: endpoint, stateDir }),
  guests: new LibvirtGuestConfigurator(),
  plugins: [ovs],
});

/** What is to be plugged, by the VIFs' ids. */
const wanted = new Map();
const tell = (event, fields = {}) => console.log(JSON.stringify({ event, ...fields }));
const stop = new AbortController();

/** Plugs what is not, or not any more, and tells what came of it. */
async function plug(requests) {
  const results = await driver.plugAll(requests);
  const failed = results.filter((result) => 'error' in result);
  const changed = results.filter((result) => 'value' in result && result.value.changes.length > 0);
  for (const { id, error } of failed) tell('failed', { id, code: error.code });
  tell('plugged', { count: results.length - failed.length, changed: changed.length });
  return failed.map(({ id }) => id);
}

/** The VIFs that may have drifted since they were last looked at. */
const suspects = new Set();
let mending;

/** Mends in the order of the changes, many at once, and tries again what fails, as while the switch is away. */
async function mend() {
  while (suspects.size > 0 && !stop.signal.aborted) {
    const ids = [...suspects];
    suspects.clear();
    const failed = await plug(ids.map((id) => wanted.get(id)));
    for (const id of failed) suspects.add(id);
    if (failed.length > 0) await new Promise((resolve) => setTimeout(resolve, 500));
  }
  mending = undefined;
}

function suspect(ids) {
  for (const id of ids) if (wanted.has(id)) suspects.add(id);
  mending ??= mend().catch((error) => tell('broken', { message: error.message }));
}

async function watch() {
  while (!stop.signal.aborted) {
    try {
      for await (const { vifIds, name } of driver.watch({ signal: stop.signal })) {
        tell('changed', { name });
        suspect(vifIds);
      }
    } catch (error) {
      if (stop.signal.aborted) return;
      tell('blind', { code: error.code });
      await new Promise((resolve) => setTimeout(resolve, 500));
      suspect(wanted.keys()); // what happened meanwhile is not known
    }
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  const request = JSON.parse(line);
  wanted.set(request.id, request);
}
const watching = watch();
await plug([...wanted.values()]);
tell('ready', { listed: (await driver.list()).vifs.length });

// Nothing else keeps this process: a signal does not.
const alive = setInterval(() => {}, 60_000);
await once(process, 'SIGTERM');
clearInterval(alive);
stop.abort();
await watching;
await mending;
const left = (await driver.unplugAll([...wanted.values()])).filter((result) => 'error' in result);
tell('ended', { left: left.length });
await driver.close();
