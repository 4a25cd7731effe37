import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import {
  type OpenVSwitch,
  requireOwnNetwork,
  startOpenVSwitch,
  startVhostUserGuest,
  type VhostUserGuest,
  type VhostUserGuestOptions,
} from '@vifkit/testkit/bed';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { create } from 'xmlbuilder2';
import { instance } from './requests.js';
import { vif } from './vif.js';

requireOwnNetwork();

type Mode = VhostUserGuestOptions['mode'];

const port = 'vhu3aeccff7-34';
const eventually = { timeout: 60_000, interval: 200 };

let ovs: OpenVSwitch;
let guest: VhostUserGuest | undefined;

const column = async (name: string, of = port) => (await ovs.vsctl('get', 'Interface', of, name)).trim();
const linkState = () => column('link_state');
const socket = () => join(ovs.directory, port);

beforeEach(async () => {
  ovs = await startOpenVSwitch({ dpdk: true });
  await ovs.vsctl('add-br', 'br-int', '--', 'set', 'Bridge', 'br-int', 'datapath_type=netdev');
  await setBridgeUp();
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await guest?.stop();
  guest = undefined;
  await ovs.stop();
});

/** The end from which the guest is pinged. */
async function setBridgeUp(): Promise<void> {
  const up = () => execFileSync('ip', ['link', 'set', 'dev', 'br-int', 'up'], { stdio: 'pipe' });
  await expect.poll(up, eventually).toBeDefined();
}

function request(mode: Mode, settings: object = {}) {
  const details = { vhostuser_socket: socket(), vhostuser_mode: mode, vhostuser_ovs_plug: true, ...settings };
  const network = { bridge: 'br-int', meta: { mtu: 1450 } };
  const id = '3aeccff7-3485-4ab8-8c09-4639f2fd6406';
  const address = 'fa:16:3e:70:00:06';
  return { vif: { id, address, type: 'vhostuser', details, network }, instance: { uuid: instance } };
}

/** Starts a guest with the card that libvirt would give it for this element. */
async function startGuest(xml = ''): Promise<VhostUserGuest> {
  const { interface: card } = create(xml).end({ format: 'object' }) as unknown as { interface: Card };
  const { mac, source } = card;
  guest = await startVhostUserGuest({ path: source['@path'], mode: source['@mode'], mac: mac['@address'] });
  return guest;
}

interface Card {
  readonly mac: { readonly '@address': string };
  readonly source: { readonly '@path': string; readonly '@mode': Mode };
}

async function expectConnected({ address }: VhostUserGuest): Promise<void> {
  await expect.poll(linkState, eventually).toBe('up');
  await expect.poll(() => answersPing(address), eventually).toBe(true);
}

function answersPing(address: string): boolean {
  try {
    return execFileSync('ping', ['-c', '1', '-W', '1', `${address}%br-int`]).includes(' 0% packet loss');
  } catch {
    return false;
  }
}

/** Kilobits a second that the guest sends, when it is asked for as much as it can. */
function sentBy({ address }: VhostUserGuest): number {
  const [seconds, size] = [4, 1_000];
  const argv = ['-f', '-q', '-w', String(seconds), '-s', String(size - 62), `${address}%br-int`]; // Ethernet, IPv6, ICMPv6
  const { stdout } = spawnSync('ping', argv, { encoding: 'utf8' });
  const [, received = '0'] = /(\d+) received/.exec(stdout) ?? [];
  return (Number(received) * size * 8) / seconds / 1_000;
}

describe('a guest on Open vSwitch with DPDK', () => {
  const run = (operation: 'config' | 'plug' | 'check' | 'unplug', mode: Mode, settings?: object) =>
    vif(operation, [request(mode, settings)], '--ovsdb', ovs.endpoint);

  /** Plugs a VIF by the command, and starts the guest that the command configures. */
  async function plugAndStart(type: string, mode: Mode): Promise<VhostUserGuest> {
    vi.stubEnv('VIF_VHOSTUSER_PORT_TYPE', type);
    expect(await run('plug', mode)).toMatchObject({ exitCode: 0, lines: [{ plugin: 'vhostuser' }] });
    expect(await column('type')).toBe(type);
    expect(await column('error')).toBe('[]');
    expect(await linkState()).toBe('down');
    return startGuest((await run('config', mode)).lines[0]?.xml);
  }

  it.each([
    ['dpdkvhostuser', 'client'],
    ['dpdkvhostuserclient', 'server'],
  ] as const)('has its link up on a port of type %s, as the %s', async (type, mode) => {
    const guest = await plugAndStart(type, mode);
    await expectConnected(guest);
    expect((await run('check', mode)).lines[0]?.differences).toEqual([]);
    expect((await run('plug', mode)).lines[0]?.changes).toEqual([]);

    // The kernel would police a tap or a veth pair; the socket's packets Open vSwitch polices itself.
    const rate = 200;
    expect(sentBy(guest)).toBeGreaterThan(3 * rate);
    const limited = { qos: { ingress_kbps: rate, ingress_burst_kb: 20 } };
    expect((await run('plug', mode, limited)).lines[0]?.changes).toHaveLength(1);
    const sent = sentBy(guest);
    expect(sent).toBeGreaterThan(rate / 2);
    expect(sent).toBeLessThan(rate * 1.2);

    await guest.stop();
    await expect.poll(linkState, eventually).toBe('down');
    expect((await run('unplug', mode)).exitCode).toBe(0);
    expect(await ovs.vsctl('list-ports', 'br-int')).toBe('');
    expect(existsSync(socket())).toBe(false);
  });

  it('is reached again after a restart of Open vSwitch where it is the server', async () => {
    const guest = await plugAndStart('dpdkvhostuserclient', 'server');
    await expectConnected(guest);
    await ovs.vswitchd.stop();
    expect(answersPing(guest.address)).toBe(false);
    await ovs.vswitchd.start();
    await setBridgeUp();
    await expectConnected(guest);
  });
});
