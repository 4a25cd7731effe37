// An agent whose parts may have another copy of core than it has itself: they are looked for from the folder that is
// given. It tells what came of it as JSON.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { toPrimitive, VIFBridge, VIFDirect } from '@vifkit/core/os-vif';
import { createVifDriver } from '@vifkit/engine';

const here = createRequire(import.meta.url);
const there = createRequire(`${process.argv[2]}/`);
const part = (name) => import(pathToFileURL(there.resolve(name)).href);
const versionBy = ({ resolve }) =>
  JSON.parse(readFileSync(resolve('@vifkit/core/package.json'), 'utf8')).version;

const { memoryHost } = await part('@vifkit/testkit');
const { LibvirtGuestConfigurator } = await part('@vifkit/libvirt');
const { default: linuxBridge } = await part('@vifkit/plugin-linux-bridge');

const driver = createVifDriver({
  host: memoryHost(),
  guests: new LibvirtGuestConfigurator(),
  plugins: [linuxBridge],
});
const fields = {
  id: '9b2d1e63-704c-4c9f-8e1d-306f8ba25d02',
  address: 'fa:16:3e:10:00:02',
  plugin: 'linux_bridge',
};
const instance = { uuid: '1f104d5e-2c3b-4d7e-9fa0-b1c2d3e4f502' };
const network = {
  id: '1f104d5e-2c3b-4d7e-9fa0-b1c2d3e4f503',
  bridge: 'br-acme',
  meta: { should_create_bridge: true },
};
const newton = {
  instance,
  vif: { ...fields, plugin: undefined, type: 'bridge', devname: 'tap-acme', network },
};

const object = driver.convert(newton);
const { changes } = await driver.plug(newton);
const { differences } = await driver.check({ instance, vif: object });
const { device } = await driver.config({ instance, vif: object });
const refusal = await driver.plug({ instance, vif: new VIFDirect(fields) }).catch((error) => error);
console.log(
  JSON.stringify({
    core: versionBy(here),
    parts: versionBy(there),
    plugged: changes.map(({ kind }) => kind),
    differences,
    xml: device.toXml().includes('<source bridge="br-acme"'),
    sent: toPrimitive(new VIFBridge({ ...fields, network: object.network }))['versioned_object.name'],
    code: refusal.code,
  }),
);
await driver.close();
