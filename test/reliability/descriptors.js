// Plugs a filtered VIF in a process that has no file descriptors left but those that it is told to keep, then frees them
// and plugs it again. It has plugged the VIF before, unless that shall be the first plug. Prints what became of both, as
// JSON.
import { closeSync, openSync, readFileSync } from 'node:fs';
import { createVifDriver } from '@vifkit/engine';
import { openHost } from '@vifkit/host';
import { LibvirtGuestConfigurator } from '@vifkit/libvirt';
import linuxBridge from '@vifkit/plugin-linux-bridge';

const [stateDir, left, isFirst] = process.argv.slice(2);
const request = {
  vif: {
    id: '9b2d1e63-704c-4c9f-8e1d-306f8ba25d02',
    address: 'fa:16:3e:10:00:02',
    type: 'bridge',
    devname: 'tap9b2d1e63-70',
    network: {
      id: '6a1de5d2-7a06-4cf4-9d33-0a6f5f4b7c22',
      bridge: 'br-few',
      subnets: [{ cidr: '10.0.0.0/24', ips: [{ address: '10.0.0.5' }] }],
      meta: { should_create_bridge: true },
    },
  },
  instance: { uuid: '1f104d5e-2c3b-4d7e-9fa0-b1c2d3e4f502' },
  firewall: 'iptables',
};
const driver = createVifDriver({
  host: openHost({ stateDir }),
  guests: new LibvirtGuestConfigurator(),
  plugins: [linuxBridge],
});
const attempt = () =>
  driver.plug(request, { timeout: 8_000 }).then(
    () => 'plugged',
    ({ code, cause }) => `${code}: ${cause?.code}`,
  );

const links = () =>
  readFileSync('/proc/self/net/dev', 'utf8')
    .match(/^ *[\w-]+(?=:)/gm)
    .sort()
    .join();

if (!isFirst) {
  await attempt(); // loads what is loaded when it is needed
  await driver.unplug(request);
}

const before = links();
const opened = [];
try {
  for (;;) opened.push(openSync('/dev/null'));
} catch {
  for (let i = 0; i < Number(left); i += 1) closeSync(opened.pop());
}
const starved = await attempt();
for (const descriptor of opened) closeSync(descriptor);
const isAsBefore = links() === before;
const { differences } = await driver.check(request);
const fed = await attempt();
await driver.unplug(request);
await driver.close();
console.log(JSON.stringify({ starved, isThere: differences.length === 0, isAsBefore, fed }));
