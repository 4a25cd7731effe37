// Watches a host in a process whose `ip monitor` ends while no file descriptor is left, frees the descriptors, and plugs
// a VIF. Prints whether the watch has told of that, as JSON.
import { execFileSync } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { createVifDriver } from '@vifkit/engine';
import { openHost } from '@vifkit/host';
import { LibvirtGuestConfigurator } from '@vifkit/libvirt';
import tap from '@vifkit/plugin-tap';

const [stateDir] = process.argv.slice(2);
const driver = createVifDriver({
  host: openHost({ stateDir }),
  guests: new LibvirtGuestConfigurator(),
  plugins: [tap],
});
const request = {
  vif: {
    id: '9b2d1e63-704c-4c9f-8e1d-306f8ba25d03',
    address: 'fa:16:3e:10:00:03',
    type: 'tap',
    devname: 'tap9b2d1e63-71',
    network: { id: '6a1de5d2-7a06-4cf4-9d33-0a6f5f4b7c22', subnets: [], meta: {} },
  },
  instance: { uuid: '1f104d5e-2c3b-4d7e-9fa0-b1c2d3e4f502' },
};
await driver.plug(request); // loads what is loaded when it is needed
await driver.unplug(request);

const over = new AbortController();
const changes = [];
const watching = (async () => {
  for await (const change of driver.watch({ signal: over.signal })) changes.push(change);
})();
await pause(1_500);
const monitor = execFileSync('pgrep', ['-P', String(process.pid), '-f', 'monitor link'], {
  encoding: 'utf8',
});
const opened = [];
try {
  for (;;) opened.push(openSync('/dev/null'));
} catch {
  process.kill(Number(monitor.trim().split('\n')[0]));
}
await pause(3_000);
for (const descriptor of opened) closeSync(descriptor);
await pause(3_000);
await driver.plug(request);
for (let look = 0; look < 50 && changes.length === 0; look++) await pause(100);
await driver.unplug(request);
over.abort();
await watching;
await driver.close();
console.log(JSON.stringify({ tells: changes.length > 0 }));
