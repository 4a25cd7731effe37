import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { sampled } from '../thorough.js';
import { breaks } from './breaks.js';
import { freeTap, type Mode, type ModeName, modes, onBridge } from './modes.js';
import { openSite, type Site } from './site.js';
import { BreakTable, told } from './told.js';

let site: Site;
beforeAll(async () => {
  site = await openSite();
});
afterEach(() => site.clean());
afterAll(async () => {
  await site.close();
  console.log(`${table}`);
});

const table = new BreakTable();

async function plugged(mode: Mode) {
  await mode.before?.(site);
  const driver = site.driver(mode.options);
  await driver.plug(mode.request());
  await mode.start(site);
  return driver;
}

/** A patch port, as Neutron's agent makes it. */
const patch = (bridge: string, name: string, peer: string) => [
  ...['add-port', bridge, name, '--', 'set', 'Interface', name, 'type=patch', `options:peer=${peer}`],
];

describe.each(Object.keys(modes) as ModeName[])('the unbroken way of a VIF: %s', (name) => {
  const mode: Mode = modes[name];

  it('is sound while its guest runs, after a restart of ovs-vswitchd and a change of the MTU, and waits without a guest', async () => {
    await mode.before?.(site);
    const driver = site.driver(mode.options);
    const first = await driver.plug(mode.request());
    expect(first.connection?.state).toBe('waiting');
    expect(await driver.check(mode.request())).toMatchObject({
      differences: [],
      connection: { state: 'waiting' },
    });
    await mode.start(site);
    await site.ovs.vswitchd.stop();
    await site.ovs.vswitchd.start();
    for (const mtu of [1450, 1400]) {
      if (mtu !== 1450) await driver.plug(mode.request(mtu));
      const check = await driver.check(mode.request(mtu));
      expect(told(check)).toEqual([]);
      expect(check).toMatchObject({ differences: [], connection: { state: 'sound' } });
    }
  });
});

it('waits while each link towards the network is down, also on a bridge behind, and does not mind one of two', async () => {
  const { request }: Mode = modes.direct;
  const driver = await plugged(modes.direct);
  const tells = (legs: string[]) =>
    expect.poll(async () => told(await driver.check(request())), { timeout: 5_000 }).toEqual(legs);
  await tells([]);
  const addUnplugged = async (bridge: string, name: string, peer: string) => {
    await site.ip(`link add name ${name} type veth peer name ${peer}`);
    await site.ip(`link set dev ${name} up`);
    await site.ovs.vsctl('add-port', bridge, name);
    await tells(['waiting ovsBridge br-int']);
  };
  await addUnplugged('br-int', 'out0', 'out1');
  await addUnplugged('br-int', 'out2', 'out3');
  await site.ovs.vsctl(
    ...['add-br', 'br-ex', '--', 'set', 'Bridge', 'br-ex', 'datapath_type=netdev', '--'],
    ...[...patch('br-int', 'int-br-ex', 'phy-br-ex'), '--', ...patch('br-ex', 'phy-br-ex', 'int-br-ex')],
  );
  await tells([]); // the host may be the router there
  await addUnplugged('br-ex', 'out4', 'out5');
  await site.ip('link set dev out5 up');
  await tells([]);
  await site.ip('link set dev out5 down');
  await tells(['waiting ovsBridge br-int']);
  await site.ip('link set dev out3 up');
  await tells([]);
});

it('waits where Open vSwitch drops the multicasts that an IPv6 guest has not asked for', async () => {
  const { request }: Mode = modes.direct;
  const driver = await plugged(modes.direct);
  const tells = (cidr: string, legs: string[]) =>
    expect.poll(async () => told(await driver.check(request(1450, cidr))), { timeout: 5_000 }).toEqual(legs);
  const dropsUnasked = 'other_config:mcast-snooping-disable-flood-unregistered=true';
  await site.ovs.vsctl('set', 'Bridge', 'br-int', dropsUnasked);
  await tells('fd09::/64', []);
  await site.ovs.vsctl('set', 'Bridge', 'br-int', 'mcast_snooping_enable=true');
  await tells('fd09::/64', ['waiting ovsBridge br-int']);
  await tells('10.9.0.0/24', []);
  await site.ovs.vsctl('del-br', 'br-int'); // with these settings
});

it("waits until Neutron's agent has joined a trunk's bridge to the integration bridge", async () => {
  const trunk = 'tbr-5f1d2c3b-4';
  const driver = await plugged({ request: () => onBridge(trunk), start: (site) => freeTap(site) });
  const tells = (legs: string[]) =>
    expect.poll(async () => told(await driver.check(onBridge(trunk))), { timeout: 5_000 }).toEqual(legs);
  const waits = [`waiting ovsBridge ${trunk}`];
  await tells(waits);
  await site.ovs.vsctl(...patch(trunk, 'tpt-1', 'tpi-1'));
  await tells(waits); // its other end is missing
  await site.ovs.vsctl(...patch('br-int', 'tpi-1', 'tpt-1'));
  await tells([]);
});

it('waits while an ovs-vswitchd that has started is to get its flows first', async () => {
  const { request }: Mode = modes.direct;
  const driver = await plugged(modes.direct);
  const tells = (legs: string[]) =>
    expect.poll(async () => told(await driver.check(request())), { timeout: 5_000 }).toEqual(legs);
  await site.ovs.vsctl('set', 'Open_vSwitch', '.', 'other_config:flow-restore-wait=true');
  await site.ovs.vswitchd.stop();
  await site.ovs.vswitchd.start();
  await tells(['waiting vswitchd ovs-vswitchd']);
  await site.ovs.vsctl('remove', 'Open_vSwitch', '.', 'other_config', 'flow-restore-wait');
  await tells([]);
});

describe.each(sampled(breaks, 2))('$mode: $what', ({ mode, what, does, leg, plug }) => {
  it(`is reported (${leg}), and a plug ${plug === 'mends' ? 'mends it' : plug === 'fails' ? 'is refused' : 'reports it'}`, async () => {
    const { request }: Mode = modes[mode];
    const driver = await plugged(modes[mode]);
    // ovs-vswitchd may still be on its way to the tap.
    await expect.poll(async () => told(await driver.check(request())), { timeout: 5_000 }).toEqual([]);
    await does(site);
    const check = await driver.check(request());
    table.note(`${mode}: ${what}`, check, plug);
    expect(told(check)).toContain(`broken ${leg}`);
    if (plug === 'fails') {
      await expect(driver.plug(request())).rejects.toMatchObject({ code: 'PLUG_FAILED' });
      return;
    }
    const { connection } = await driver.plug(request(), { timeout: 15_000 });
    if (plug === 'tells') expect(connection?.state).toBe('broken');
    else {
      // ovs-vswitchd may still be at what it has heard of the links.
      await expect
        .poll(async () => told(await driver.check(request())), { timeout: 5_000 })
        .not.toContain(`broken ${leg}`);
      expect((await driver.check(request())).differences).toEqual([]);
    }
  });
});
