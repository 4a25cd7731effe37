import { writeFile } from 'node:fs/promises';
import { makeNamespace, startOvn } from '@vifkit/testkit/bed';
import { execa } from 'execa';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { program } from '../real/vif.js';
import { type ModeName, modes } from './modes.js';
import { openSite, type Site } from './site.js';

let site: Site;
beforeAll(async () => {
  site = await openSite();
});
afterEach(() => site.clean());
afterAll(() => site.close());

interface Line {
  readonly id?: string;
  readonly lacks: readonly { kind: string; name: string; problem: string; isWarning?: true }[];
  readonly error?: { readonly code: string };
}

async function doctor(ovsdb: string, args: readonly string[], requests: readonly unknown[] = []) {
  const { exitCode, stdout } = await execa(
    program,
    ['--ovsdb', ovsdb, 'doctor', '--format', 'json', ...args],
    {
      input: requests.map((request) => `${JSON.stringify(request)}\n`).join(''),
      reject: false,
    },
  );
  const lines = stdout.split('\n').filter(Boolean);
  return { exitCode, lines: lines.map((line): Line => JSON.parse(line)) };
}
const named = (...names: string[]) => doctor(site.ovs.endpoint, names);
const forModes = (...names: ModeName[]) =>
  doctor(
    site.ovs.endpoint,
    ['--for', '-'],
    names.map((name) => modes[name].request()),
  );
const lacking = ({ lacks }: Line) => lacks.flatMap(({ kind, isWarning }) => (isWarning ? [] : [kind]));

it('looks at what it is asked about, and notices that ovs-vswitchd is dead', async () => {
  expect((await named('ovs')).exitCode).toBe(0);
  await site.ovs.vswitchd.stop();
  const { exitCode, lines } = await named('ovs');
  expect(exitCode).toBe(1);
  expect(JSON.stringify(lines)).toContain('ovs-vswitchd does not run');
  expect((await named('no-such')).exitCode).toBe(2);
});

it('is content with what the requests of a file need', async () => {
  const { exitCode, lines } = await forModes('hybrid', 'direct', 'create_tap', 'tap');
  expect(lines.map(lacking)).toEqual([[], [], [], []]);
  expect(exitCode).toBe(0);
  expect((await doctor(site.ovs.endpoint, ['ovs', '--for', '-'])).exitCode).toBe(2);
});

it('reports each request alone what it needs', async () => {
  const [lab, missing] = [modes.tap.request(), modes.bridge.request()]; // no uplink up0
  const { exitCode, lines } = await doctor(site.ovs.endpoint, ['--for', '-'], [lab, missing]);
  expect(exitCode).toBe(1);
  expect(lines).toMatchObject([{ lacks: expect.any(Array) }, { error: { code: 'LINK_NOT_FOUND' } }]);
  expect(lines[0]?.error).toBeUndefined();
  expect((await doctor(site.ovs.endpoint, ['--for', '-'], ['none'])).lines).toMatchObject([
    { id: null, error: { code: 'INVALID_REQUEST' } },
  ]);
});

it("reports that the kernel's datapath is missing", async () => {
  await site.ovs.vsctl('add-br', 'br-sys', '--', 'set', 'Bridge', 'br-sys', 'datapath_type=system');
  const { exitCode, lines } = await named('ovs');
  expect(exitCode).toBe(1);
  expect(lines[0]?.lacks).toMatchObject([{ problem: expect.stringContaining('Bridge br-sys') }]);
});

it('reports that what Linux bridges forward is dropped, and it is', async () => {
  const setting = '/proc/sys/net/bridge/bridge-nf-call-iptables';
  const [one, other] = [await makeNamespace(), await makeNamespace()];
  await site.ip('link add name br-lan type bridge');
  await site.ip('link set dev br-lan up');
  for (const [i, { pid, run }] of [one, other].entries()) {
    await site.ip(`link add name end${i} type veth peer name eth0 netns ${pid}`);
    await site.ip(`link set dev end${i} master br-lan up`);
    await run('ip', 'link', 'set', 'dev', 'eth0', 'up');
    await run('ip', 'address', 'add', `10.8.0.${i + 1}/24`, 'dev', 'eth0');
  }
  const ping = () =>
    one.run('ping', '-c', '2', '-i', '0.2', '-W', '1', '10.8.0.2').then(
      () => true,
      () => false,
    );
  try {
    await writeFile(setting, '1');
    expect(await ping()).toBe(true);
    await execa('nft', ['add', 'table', 'ip', 'filter']);
    const chain = '{ type filter hook forward priority 0; policy drop; }';
    await execa('nft', ['add', 'chain', 'ip', 'filter', 'FORWARD', chain]);
    expect(await ping()).toBe(false);
    const { exitCode, lines } = await forModes('hybrid', 'direct');
    expect(exitCode).toBe(1);
    expect(lines.map(lacking)).toEqual([['bridge'], []]); // a direct port has no Linux bridge
    expect((await named('ovs')).exitCode).toBe(1);
    await writeFile(setting, '0');
    expect(await ping()).toBe(true);
    expect((await forModes('hybrid')).exitCode).toBe(0);
    await site.ip('link set dev br-lan type bridge nf_call_iptables 1');
    expect(await ping()).toBe(false);
    const [told] = (await forModes('hybrid')).lines;
    const warning = { kind: 'bridge', problem: expect.stringContaining('br-lan'), isWarning: true };
    expect(told?.lacks).toContainEqual(expect.objectContaining(warning));
  } finally {
    await writeFile(setting, '0');
    for (const guest of [one, other]) await guest.close();
  }
});

it("reports that OVN's controller is down", { timeout: 60_000 }, async () => {
  const ovn = await startOvn({ chassis: 1 });
  try {
    const [chassis] = ovn.chassis;
    if (!chassis) throw new Error('There is no chassis');
    const ask = async () => {
      const { exitCode, stdout } = await execa(program, ['--ovsdb', chassis.ovs.endpoint, 'doctor', 'ovs'], {
        env: { OVN_RUNDIR: chassis.runDirectory },
        reject: false,
      });
      return { exitCode, stdout };
    };
    await expect.poll(async () => (await ask()).exitCode, { timeout: 20_000 }).toBe(0);
    await chassis.controller.stop();
    expect(await ask()).toMatchObject({
      exitCode: 1,
      stdout: expect.stringContaining('ovn-controller does not run'),
    });
  } finally {
    await ovn.stop();
  }
});
