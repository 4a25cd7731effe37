// An agent that tells of all that has a name: what is sent to others, what errors say, what plugins announce.
import { describeHost, PluginRegistry } from '@vifkit/core';
import * as osVif from '@vifkit/core/os-vif';
import { createVifDriver } from '@vifkit/engine';
import { LibvirtGuestConfigurator } from '@vifkit/libvirt';
import ovs from '@vifkit/plugin-ovs-hybrid';
import tap from '@vifkit/plugin-tap';
import { memoryHost } from '@vifkit/testkit';

const { VIFBridge, VIFDirect, VIFOpenVSwitch, VersionedObject } = osVif;

const id = '9b2d1e63-704c-4c9f-8e1d-306f8ba25d02';
const address = 'fa:16:3e:10:00:02';
const instance = { uuid: '1f104d5e-2c3b-4d7e-9fa0-b1c2d3e4f502' };
const hybrid = {
  id,
  address,
  type: 'ovs',
  details: { ovs_hybrid_plug: true },
  network: { bridge: 'br-int' },
};
const plugins = [ovs, tap];

/** An error with its causes, as a log has it. */
function told(error) {
  const { name, code, message, cause } = error;
  return { name, code, message, ...(cause && { cause: told(cause) }) };
}

async function refusal(call) {
  try {
    return { taken: await call() };
  } catch (error) {
    return told(error);
  }
}

async function main() {
  const host = memoryHost();
  const driver = createVifDriver({ host, guests: new LibvirtGuestConfigurator(), plugins });
  const request = { instance, vif: hybrid };
  const object = driver.convert(request);
  const classes = Object.values(osVif).filter((type) => type.prototype instanceof VersionedObject);
  const report = {
    classes: classes.map((type) => osVif.jsonSchemaOf(type).title),
    bridge: osVif.toPrimitive(new VIFBridge({ id, network: new osVif.Network({}) })),
    object,
    read: osVif.classNameOf(osVif.fromPrimitive(JSON.parse(JSON.stringify(object)))),
    announced: describeHost(new PluginRegistry(plugins)).info,
    plan: await driver.plan(request).then(({ reason, steps }) => ({ reason, steps })),
    plug: (await driver.plug(request)).changes.map(({ kind, name }) => ({ kind, name })),
    xml: (await driver.config({ instance, vif: object })).device.toXml(),
    refusals: [
      await refusal(() => new VIFOpenVSwitch({ id, network: instance })),
      await refusal(() => new VIFBridge({ id, vif_nam: 'tap1' })),
      await refusal(() => osVif.fromPrimitive(osVif.toPrimitive(new VIFBridge({ id })), osVif.Network)),
      await refusal(() => osVif.requireField(new VIFBridge({ id }), 'vif_name')),
      await refusal(() => driver.plug({ instance, vif: new VIFDirect({ id, plugin: 'ovs' }) })),
      await refusal(() => driver.config({ instance, vif: new osVif.VIFNestedDPDK({ id, plugin: 'ovs' }) })),
      await refusal(() => driver.plug({ instance: 7, vif: hybrid })),
      await refusal(() => createVifDriver({ host, guests: {}, plugins: [{ name: 'none', provides: [{}] }] })),
    ],
  };
  await driver.unplug(request);
  host.failAt(2);
  report.refusals.push(await refusal(() => driver.plug(request)));
  console.log(JSON.stringify(report, null, 1));
  await driver.close();
}

main();
