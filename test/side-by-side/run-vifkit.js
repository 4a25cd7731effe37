// Plugs and unplugs by vifkit what it is told to on standard input: a JSON object a line, an answer a line.
import 'reflect-metadata';
import { createInterface } from 'node:readline';
import {
  Network,
  VIFBridge,
  VIFOpenVSwitch,
  VIFPortProfileOpenVSwitch,
  VIFVHostUser,
} from '@vifkit/core/os-vif';
import { createVifDriver } from '@vifkit/engine';
import { openHost } from '@vifkit/host';
import { LibvirtGuestConfigurator } from '@vifkit/libvirt';
import ovs from '@vifkit/plugin-ovs-hybrid';

const classes = { Network, VIFBridge, VIFOpenVSwitch, VIFPortProfileOpenVSwitch, VIFVHostUser };

/** An object, with the objects in its fields, from its class's name and its fields. */
function build({ class: name, fields }) {
  const built = Object.entries(fields).map(([key, value]) => [key, value?.class ? build(value) : value]);
  return new classes[name](Object.fromEntries(built));
}

async function run({ operation, vif, instance, options }) {
  const host = openHost({ ovsdb: process.argv[2] });
  const driver = createVifDriver({
    host,
    guests: new LibvirtGuestConfigurator(),
    plugins: [ovs],
    options: { ovs: options },
  });
  try {
    const request = { vif: build(vif), instance };
    if (operation === 'check') return { differences: (await driver.check(request)).differences };
    return { changes: (await driver[operation](request)).changes };
  } finally {
    await driver.close();
  }
}

console.log('ready');
for await (const line of createInterface({ input: process.stdin })) {
  const answer = await run(JSON.parse(line)).catch((error) => ({ error: String(error?.stack ?? error) }));
  console.log(JSON.stringify(answer));
}
