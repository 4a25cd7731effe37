import { execFileSync } from 'node:child_process';
import { listLinks, type OpenVSwitch, requireOwnNetwork, startOpenVSwitch } from '@vifkit/testkit/bed';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { readDocument } from '../docs/code-block.js';
import { direct, filtered, hybrid, perPort, tap, vhostUser } from '../gc/requests.js';
import { rootHelper, startVifUser, type VifUser, ways } from './vif-user.js';

requireOwnNetwork();

const requests = [
  hybrid(1, 'netdev'),
  tap(2),
  filtered(3),
  perPort(4),
  direct(5),
  vhostUser(6, '/run/openvswitch'),
];
const requestOf = (request: object) => `${JSON.stringify(request)}\n`;
const input = requests.map(requestOf).join('');

/** The commands of the document's table. */
const documented = [
  ...readDocument('docs/security.md').matchAll(/^\| `((?:ip|tee|nft|sh) [^`]*)` +\|/gm),
].map(([, command = '']) => new RegExp(`^${escaped(command).replace(' FILE…', '( /proc/sys/net/\\S+)+')}$`));

const filters = () => execFileSync('nft', ['list', 'ruleset'], { encoding: 'utf8' });

let ovs: OpenVSwitch;
let user: VifUser;
let links: readonly string[];

beforeAll(async () => {
  ovs = await startOpenVSwitch({ dpdk: true });
  await ovs.vsctl('add-br', 'br-int', '--', 'set', 'bridge', 'br-int', 'datapath_type=netdev');
  await vi.waitFor(() => expect(listLinks()).toContain('br-int'), 20_000); // ovs-vswitchd's doing
  user = await startVifUser(ovs.directory);
  links = listLinks();
});
afterAll(async () => {
  await user?.host.close();
  await ovs?.stop();
});

const answers = (stdout: string) =>
  stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));

describe.each(ways)('the user vif, with the capability by %s', (way) => {
  const vif = async (command: string, ...args: string[]) => {
    const { status, stdout, stderr } = await user.vif[way]([command, '--format', 'json', ...args], input);
    expect({ status, stderr, stdout }, stdout).toMatchObject({ status: 0, stderr: '' });
    return answers(stdout);
  };
  const ports = async () => (await ovs.vsctl('list-ports', 'br-int')).split('\n').filter(Boolean);

  it('plugs, checks and unplugs VIFs of every kind', async () => {
    for (const { id, changes } of await vif('plug')) expect(changes, id).not.toEqual([]);
    for (const { id, differences } of await vif('check')) expect(differences, id).toEqual([]);
    for (const { id, changes } of await vif('plug')) expect(changes, id).toEqual([]);
    expect(filters()).toContain('tap3');
    expect((await ovs.vsctl('get', 'Interface', 'vhu6', 'error')).trim()).toBe('[]');
    expect(await ports()).toHaveLength(4);

    await vif('unplug');
    expect(filters()).toBe('');
    expect(await ports()).toEqual([]);
    expect(listLinks()).toEqual([...links, 'brq-routed'].sort()); // a network's bridge, which other VIFs may share
    for (const { id, changes } of await vif('unplug')) expect(changes, id).toEqual([]);
  });

  it('collects what is left of VIFs', async () => {
    await vif('plug');
    await vif('gc', '--keep-none');
    expect(filters()).toBe('');
    expect(listLinks()).toEqual(links);
  });
});

describe('where not everybody may write to /dev/net/tun, the user vif', () => {
  afterAll(() => user.host.shell('chmod 666 /dev/net/tun'));

  it('makes taps if its group may', async () => {
    await user.host.shell('chgrp vif /dev/net/tun; chmod 660 /dev/net/tun');
    for (const way of ways) {
      for (const command of ['plug', 'unplug']) {
        expect(await user.vif[way]([command], requestOf(tap(2))), `${way} ${command}`).toMatchObject({
          status: 0,
        });
      }
    }
  });

  it('gets an error otherwise', async () => {
    await user.host.shell('chmod 600 /dev/net/tun');
    for (const way of ways) {
      const { status, stderr } = await user.vif[way](['plug'], requestOf(tap(2)));
      expect(status, way).toBe(1);
      expect(stderr, way).toContain('let this user write to /dev/net/tun');
      expect((await user.vif[way](['doctor'], '')).stdout, way).toContain('may not open /dev/net/tun');
    }
  });
});

describe('a user without the capability', () => {
  it('reads all there is to read but the filters of guests', async () => {
    const unfiltered = [hybrid(1), tap(2), direct(5)].map(requestOf).join('');
    const vif = (command: string, given: string) => user.run(['vif', command, '--format', 'json'], given);
    for (const command of ['plan', 'config', 'show']) {
      expect(await vif(command, unfiltered), command).toMatchObject({ status: 0, stderr: '' });
    }
    const [{ error }] = answers((await vif('plan', requestOf(filtered(3)))).stdout);
    expect(`${error.code} ${error.message}`).toMatch(/FILTER_FAILED .*CAP_NET_ADMIN/);
  });

  it('reports what it lacks, and leaves nothing behind', async () => {
    const { status, stdout } = await user.run(['vif', 'plug', '--format', 'json'], requestOf(tap(2)));
    expect(status).toBe(1);
    expect(stdout).toMatch(/PLUG_FAILED.*CAP_NET_ADMIN/);
    expect(listLinks()).toEqual(links);
  });

  it('reports what sudo printed, if sudo has no line for it', async () => {
    const args = ['plug', '--format', 'json', '--root-helper', 'sudo -n'];
    const { status, stdout } = await user.run(['vif', ...args], requestOf(tap(2)));
    expect(status).toBe(1);
    expect(stdout).toMatch(/PLUG_FAILED.*sudo/);
    expect(listLinks()).toEqual(links);
  });
});

it('runs no other commands by sudo than those documented', async () => {
  const { run, refused } = await user.sudoLog();
  const prefix = ['/usr/bin/setpriv', ...rootHelper.slice(3)].join(' ');
  const commands = [...new Set(run.map((command) => command.replace(`${prefix} `, '')))];
  expect(refused.filter((command) => command.startsWith(prefix))).toEqual([]);
  expect(commands.filter((command) => !documented.some((each) => each.test(command)))).toEqual([]);
  // And each of those documented is needed.
  expect(documented.filter((each) => !commands.some((command) => each.test(command)))).toEqual([]);
  expect(documented).toHaveLength(5);
});

it('starts no more processes by sudo for many VIFs than for one', async () => {
  const processesFor = async (command: string, requests: readonly object[]) => {
    const before = (await user.sudoLog()).run.length;
    const given = requests.map(requestOf).join('');
    expect(await user.vif.sudo([command], given)).toMatchObject({ status: 0 });
    return (await user.sudoLog()).run.length - before;
  };
  const many = Array.from({ length: 30 }, (_, i) => hybrid(10 + i));
  for (const command of ['plug', 'unplug']) {
    const forOne = await processesFor(command, [hybrid(1)]);
    expect(forOne).toBeGreaterThan(0);
    expect(await processesFor(command, many), command).toBeLessThanOrEqual(forOne + 1); // links go as a group
  }
  expect(listLinks()).toEqual(links);
});

it('plugs at the start of the unit, and unplugs at its end', async () => {
  const { host } = user;
  await host.shell('mkdir -p /etc/vifkit');
  await host.run(['tee', '/etc/vifkit/site.jsonl'], input);
  await host.shell('systemctl start vif@site');
  expect(listLinks()).toContain('tap2');
  await host.shell('systemctl stop vif@site');
  expect(listLinks()).toEqual([...links, 'brq-routed'].sort());
  expect((await host.run(['systemctl', 'is-failed', 'vif@site'])).stdout).toBe('inactive\n');
  await user.vif.setpriv(['gc', '--keep-none'], '');
  expect(listLinks()).toEqual(links);
});

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
