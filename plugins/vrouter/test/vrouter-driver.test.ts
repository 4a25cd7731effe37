import { createVifDriver } from '@vifkit/engine';
import { LibvirtGuestConfigurator } from '@vifkit/libvirt';
import { type MemoryHostOptions, memoryHost } from '@vifkit/testkit';
import { describe, expect, it } from 'vitest';
import vrouter from '../src/index.js';
import { id, instance, name, networkId, request } from './request.js';

const removal = ['vrouter-port-control', `--oper=delete --uuid=${id}`];

function start(options?: MemoryHostOptions) {
  const host = memoryHost(options);
  return {
    host,
    driver: createVifDriver({ host, guests: new LibvirtGuestConfigurator(), plugins: [vrouter] }),
  };
}

/** The options that the tool is given in its one argument. */
async function optionsFor(given: object): Promise<string> {
  const { host, driver } = start();
  await driver.plug(given);
  expect(host.commands.log).toEqual([['vrouter-port-control', expect.any(String)]]);
  return host.commands.log[0]?.[1] ?? '';
}

/** As the tool splits its argument. */
function split(argument: string): string[] {
  return argument.split(/\s+(?=--)/);
}

describe('a VIF of type vrouter', () => {
  it('is a tap, up, and a port of its virtual network', async () => {
    const { host, driver } = start();
    await driver.plug(request({ subnets: [['10.0.0.5']] }));
    expect(host.links.snapshot()[name]).toMatchObject({ type: 'tap', up: true });
    expect(split(host.commands.log[0]?.[1] ?? '')).toEqual([
      '--oper=add',
      `--uuid=${id}`,
      `--instance_uuid=${instance.uuid}`,
      `--vn_uuid=${networkId}`,
      `--vm_project_uuid=${instance.project_id}`,
      '--ip_address=10.0.0.5',
      '--ipv6_address=None',
      '--vm_name=web',
      '--mac=fa:16:3e:20:00:02',
      `--tap_name=${name}`,
      '--port_type=NovaVMPort',
      '--tx_vlan_id=-1',
      '--rx_vlan_id=-1',
    ]);
  });

  it.each([
    ['no address', [], '--ip_address=0.0.0.0 --ipv6_address=None'],
    ["a subnet's first address", [['10.0.0.5', '10.0.0.6']], '--ip_address=10.0.0.5 --ipv6_address=None'],
    [
      "the last subnet's address",
      [['10.0.0.5'], ['10.1.0.5'], []],
      '--ip_address=10.1.0.5 --ipv6_address=None',
    ],
    ['IPv6 alone', [['fd00::5']], '--ip_address=0.0.0.0 --ipv6_address=fd00::5'],
    ['one of each', [['fd00::5'], ['10.0.0.5'], ['fd01::5']], '--ip_address=10.0.0.5 --ipv6_address=fd01::5'],
  ])('tells vRouter of %s', async (_, subnets, expected) => {
    expect(await optionsFor(request({ subnets }))).toContain(` ${expected} `);
  });

  it.each([
    [{ virt_type: 'lxc' }, 'NameSpacePort'],
    [{ virt_type: 'qemu' }, 'NovaVMPort'],
    [{}, 'NovaVMPort'],
  ])('is, on a host of %j, a %s', async (host, type) => {
    expect(split(await optionsFor({ ...request(), host }))).toContain(`--port_type=${type}`);
  });

  it.each([
    ['web --oper=delete', 'web--oper=delete'],
    ['web \u3000--mac=x', 'web--mac=x'],
    ['--oper=delete', '--oper=delete'],
    ['"web" --oper="delete"', "'web'--oper='delete'"],
    ['my web server', 'my web server'],
  ])('passes the name %j of a guest without letting it become an option', async (display_name, passed) => {
    const options = await optionsFor({ ...request(), instance: { ...instance, display_name } });
    expect(split(options)).toHaveLength(13);
    expect(split(options)).toContain(`--vm_name=${passed}`);
    expect(options).not.toContain('"');
  });

  it('needs the id of its network', async () => {
    const { host, driver } = start();
    await expect(driver.plug(request({ network: { id: null } }))).rejects.toMatchObject({
      code: 'INVALID_VIF',
    });
    expect(host.writes).toEqual([]);
  });

  it('has no tap when vRouter refuses it', async () => {
    const { host, driver } = start({ commands: { 'vrouter-port-control': { exitCode: 1 } } });
    const before = host.snapshot();
    await expect(driver.plug(request())).rejects.toMatchObject({ cause: { code: 'COMMAND_FAILED' } });
    expect(host.snapshot()).toEqual(before);
  });

  it('is taken back when it was cut off, unless a guest may be using it', async () => {
    const { host, driver } = start();
    const cutOff = async () => {
      host.hangAt(({ what }) => what.includes('--oper=add'));
      await expect(driver.plug(request(), { timeout: 50 })).rejects.toMatchObject({ code: 'PLUG_FAILED' });
      host.heal();
    };
    await cutOff();
    expect(host.commands.log).toEqual([removal]);
    await driver.plug(request());
    await cutOff();
    expect(host.commands.log.filter((argv) => argv[1] === removal[1])).toEqual([removal]);
  });

  it('leaves vRouter before its tap goes', async () => {
    const { host, driver } = start();
    await driver.plug(request());
    await driver.unplug(request());
    expect(host.commands.log.at(-1)).toEqual(removal);
    expect(host.links.snapshot()).not.toHaveProperty(name);
  });

  it('is an ethernet device to libvirt, with the flavor’s bandwidth', async () => {
    const flavor = { vcpus: 1, extra_specs: { 'quota:vif_inbound_average': '1000' } };
    const { device } = await start().driver.config({ ...request(), flavor });
    expect(device.toXml()).toContain('<interface type="ethernet">');
    expect(device.toXml()).toContain('<inbound average="1000"/>');
  });
});
