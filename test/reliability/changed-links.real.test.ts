import { builtInPlugins } from '@vifkit/cli';
import { createVifDriver, type PlugError } from '@vifkit/engine';
import { openHost } from '@vifkit/host';
import { LibvirtGuestConfigurator } from '@vifkit/libvirt';
import { type OpenVSwitch, requireOwnNetwork } from '@vifkit/testkit/bed';
import { execa } from 'execa';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { linuxBridge, request } from '../memory/start.js';
import { type FaultyHost, faultyHost } from './faults/faulty-host.js';
import { startSwitch } from './faults/kernel-switch.js';
import { strike } from './faults/strike.js';
import { readWholeState } from './faults/whole-state.js';

requireOwnNetwork();

const plugins = await builtInPlugins();
const ip = (line: string) => execa('ip', line.split(' '));

/** A VIF in all forms of which something stays behind where it gets another. */
const forms = {
  tap: request(1, {}, { type: 'tap', devname: 'tap-named' }),
  'a member of a Linux bridge': linuxBridge(1, {}, { should_create_bridge: true }),
  hybrid: request(1, { ovs_hybrid_plug: true, vlan: 5, qos: { egress_kbps: 1_000 } }),
  direct: request(1, {}),
};

let ovs: OpenVSwitch;
let host: FaultyHost;
let driver: ReturnType<typeof createVifDriver>;
beforeAll(async () => {
  ovs = await startSwitch();
});
afterAll(() => ovs?.stop());
beforeEach(() => {
  host = faultyHost(openHost({ ovsdb: ovs.endpoint }));
  driver = createVifDriver({ host, guests: new LibvirtGuestConfigurator(), plugins, routing: 'current' });
});
afterEach(async () => {
  await driver.gc({ keep: 'none' });
  await driver.close();
});

/** What an operator has set on the links of a VIF, and on its ports. */
async function touch(links: readonly string[]) {
  if (links.length === 0) return;
  const commands = links.flatMap((name) => [
    `link set dev ${name} txqueuelen 77 group 9 mtu 1400`,
    `link property add dev ${name} altname alt-${name}`,
  ]);
  await execa('ip', ['-batch', '-'], { input: commands.join('\n') });
  const settings = links.flatMap((name) => [
    `net.ipv4.conf.${name}.arp_ignore=1`,
    `net.ipv4.conf.${name}.rp_filter=2`,
    `net.ipv6.conf.${name}.disable_ipv6=1`,
  ]);
  await execa('sysctl', ['-qw', ...settings]);
}

async function touchRows() {
  const names = async (table: string) => {
    const text = await ovs.vsctl('--bare', '--columns=name', 'list', table);
    return text.split('\n').filter((name) => name && name !== 'br-int');
  };
  const own = ['external_ids:operator=1', 'other_config:operator=1'];
  const ports = (await names('Port')).map((name) => ['set', 'Port', name, ...own, 'lacp=off']);
  const more = ['ofport_request=77', 'lldp:enable=true', 'bfd:min_tx=500'];
  const interfaces = (await names('Interface')).map((name) => ['set', 'Interface', name, ...own, ...more]);
  const commands = [...ports, ...interfaces];
  if (commands.length > 0) await ovs.vsctl(...commands.flatMap((each) => ['--', ...each]));
}

const ways = Object.entries(forms).flatMap(([was, before]) =>
  Object.entries(forms).flatMap(([is, after]) =>
    was === is || (is.startsWith('direct') && was.includes('Linux'))
      ? []
      : [[was, is, before, after] as const],
  ),
);

it.each(ways)(
  'a VIF that is %s stays so, with its links as they are, when its plug as %s fails',
  async (_, __, before, after) => {
    const bare = new Set(Object.keys(await readWholeState()));
    await driver.plug(before);
    const own = Object.keys(await readWholeState()).flatMap((what) =>
      what.startsWith('link ') && !bare.has(what) ? [what.slice('link '.length)] : [],
    );
    await touch(own);
    host.inject();
    await driver.plug(after);
    const steps = [...host.handed.apply];
    await driver.unplug(after);
    await driver.gc({ keep: 'none' });
    for (const [index, step] of steps.entries()) {
      await driver.plug(before);
      await touch(own);
      await touchRows();
      const was = await readWholeState(ovs);
      const { error } = await strike({ host, driver, of: { name: '', request: after } }, 'plug', [
        { during: 'apply', index, step, way: 'rejects', done: true },
      ]);
      const where = `${index} of ${steps.length}: ${step.kind} ${'name' in step ? step.name : ''}`;
      expect((error as PlugError).undoFailures, where).toEqual([]);
      expect(await readWholeState(ovs), where).toEqual(was);
      await driver.unplug(before);
      await driver.gc({ keep: 'none' });
    }
  },
);

it('a tap that is made anew is as it was when the plug fails', async () => {
  const before = forms.tap;
  await driver.plug(before);
  await touch(['tap-named']);
  await ip('link set dev tap-named promisc on');
  const was = await readWholeState(ovs);
  const after = {
    ...before,
    flavor: { vcpus: 4 },
    image: { properties: { hw_vif_multiqueue_enabled: true } },
  };
  const fault = { during: 'apply', index: 0, way: 'rejects', done: true } as const;
  const { error } = await strike({ host, driver, of: { name: '', request: after } }, 'plug', [fault]);
  expect(error).toMatchObject({ step: { kind: 'link' }, undoFailures: [] });
  expect(await readWholeState(ovs)).toEqual(was);
});
