// Plugs and unplugs a port of Open vSwitch, and closes nothing: an idle driver is no reason for a process to go on.
import { createVifDriver } from '@vifkit/engine';
import { openHost } from '@vifkit/host';
import { LibvirtGuestConfigurator } from '@vifkit/libvirt';
import ovs from '@vifkit/plugin-ovs-hybrid';

const [endpoint, stateDir, request = ''] = process.argv.slice(2);
const host = openHost({ ovsdb: endpoint, stateDir });
const driver = createVifDriver({ host, guests: new LibvirtGuestConfigurator(), plugins: [ovs] });
const { changes } = await driver.plug(JSON.parse(request));
await driver.unplug(JSON.parse(request));
console.log(changes.length);
