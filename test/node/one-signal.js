// Checks a VIF time and again with one signal, and prints by how many bytes the heap has grown: node one-signal.js CALLS
import { createVifDriver } from '@vifkit/engine';
import { LibvirtGuestConfigurator } from '@vifkit/libvirt';
import tap from '@vifkit/plugin-tap';
import { memoryHost } from '@vifkit/testkit';

const [, , calls] = process.argv;
const WARM_UP = 2_000;
const request = {
  vif: {
    id: '9b2d1e63-704c-4c9f-8e1d-306f8ba25d02',
    address: 'fa:16:3e:10:00:02',
    type: 'tap',
    devname: 'tap9b2d1e63-70',
  },
  instance: { uuid: '1f104d5e-2c3b-4d7e-9fa0-b1c2d3e4f502' },
};

const host = memoryHost();
const driver = createVifDriver({ host, guests: new LibvirtGuestConfigurator(), plugins: [tap] });
const { signal } = new AbortController();

async function check(times) {
  for (let i = 0; i < times; i += 1) await driver.check(request, { signal });
  await new Promise((resolve) => setImmediate(resolve));
  global.gc();
  return process.memoryUsage().heapUsed;
}

await driver.plug(request, { signal });
const before = await check(WARM_UP);
console.log((await check(Number(calls))) - before);
await driver.close();
