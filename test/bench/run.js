#!/usr/bin/env node
// Times plugging and unplugging on the real kernel and a private Open vSwitch, in a network namespace of its own.
// Usage: npm run bench [-- ROUNDS]. Needs root, Open vSwitch and /dev/net/tun.
import 'reflect-metadata';
import { spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { createVifDriver } from '@vifkit/core';
import { openHost } from '@vifkit/host';
import { LibvirtGuestConfigurator } from '@vifkit/libvirt';
import ovs from '@vifkit/plugin-ovs-hybrid';
import tap from '@vifkit/plugin-tap';
import { startOpenVSwitch } from '@vifkit/testkit/bed';

const INSIDE = 'VIFKIT_BENCH_NAMESPACE';
if (process.env[INSIDE]) await bench(Number(process.argv[2] ?? 3));
else {
  const argv = ['--net', '--', process.execPath, fileURLToPath(import.meta.url), ...process.argv.slice(2)];
  const { status } = spawnSync('unshare', argv, { stdio: 'inherit', env: { ...process.env, [INSIDE]: '1' } });
  process.exitCode = status ?? 1;
}

async function bench(rounds) {
  const vswitch = await startOpenVSwitch();
  await vswitch.vsctl('add-br', 'br-int', '--', 'set', 'Bridge', 'br-int', 'datapath_type=netdev');
  const host = openHost({ ovsdb: vswitch.endpoint });
  const driver = createVifDriver({ host, guests: new LibvirtGuestConfigurator(), plugins: [ovs, tap] });
  const rows = [];
  try {
    for (const type of ['tap', 'ovs']) {
      for (const [how, count] of [
        ['one at a time', 30],
        ['together', 30],
        ['together', 100],
      ]) {
        const times = [];
        for (let round = 0; round < rounds; round++) times.push(await measure(driver, type, how, count));
        rows.push({
          type: type === 'ovs' ? 'hybrid' : type,
          how,
          VIFs: count,
          'plug (ms a VIF)': median(times.map(({ plug }) => plug)),
          'again (ms a VIF)': median(times.map(({ again }) => again)),
          'unplug (ms a VIF)': median(times.map(({ unplug }) => unplug)),
        });
      }
    }
  } finally {
    await driver.close();
    await vswitch.stop();
  }
  console.log(`Medians of ${rounds} rounds`);
  console.table(rows);
}

async function measure(driver, type, how, count) {
  const requests = Array.from({ length: count }, () => request(type));
  const call = async (operation) => {
    const start = performance.now();
    if (how === 'together') for (const result of await driver[`${operation}All`](requests)) check(result);
    else for (const each of requests) await driver[operation](each);
    return (performance.now() - start) / count;
  };
  return { plug: await call('plug'), again: await call('plug'), unplug: await call('unplug') };
}

function check(result) {
  if (result.error) throw result.error;
}

function request(type) {
  const id = randomUUID();
  const details = { ovs_hybrid_plug: true, port_filter: true };
  const network = { bridge: 'br-int', meta: { mtu: 1450 } };
  const vif = { id, address: 'fa:16:3e:00:00:01', type, devname: `tap${id.slice(0, 11)}`, details, network };
  return { vif, instance: { uuid: randomUUID() } };
}

function median(values) {
  return Number(values.sort((a, b) => a - b)[Math.floor(values.length / 2)].toFixed(2));
}
