import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { listLinks, type OpenVSwitch, requireOwnNetwork, startOpenVSwitch } from '@vifkit/testkit/bed';
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { spawnVif } from '../../packages/cli/test/support/spawn-vif.js';
import { filtered, hybrid, idOf, perPort, tap, trunk } from './requests.js';

let ovs: OpenVSwitch;
/** Of its own: records that other tests have left would be collected, too. */
let stateDirectory: string;

const run = (...[program, ...args]: [string, ...string[]]) =>
  execFileSync(program, args, { encoding: 'utf8' });
const ip = (line: string) => run('ip', ...line.split(' '));

beforeAll(requireOwnNetwork);
beforeEach(async () => {
  stateDirectory = mkdtempSync(join(tmpdir(), 'gc-'));
  ovs = await startOpenVSwitch();
  const bridge = ['set', 'bridge', 'br-int', `datapath_type=${ovs.datapathType}`];
  // A plug raises its MTU, which is others' to lower.
  await ovs.vsctl(
    'add-br',
    'br-int',
    '--',
    ...bridge,
    '--',
    'set',
    'interface',
    'br-int',
    'mtu_request=1450',
  );
  // What is others', and looks much like ours.
  ip('link add name other0 type veth peer name other1');
  ip('link set dev other0 alias made-by-vifkit:9b2d1e63');
  ip('link add name qbrother type bridge');
  ip('tuntap add dev tapother mode tap');
  run('nft', 'add table bridge others');
  const ids = ['external_ids:vifkit=other', 'external_ids:vif=9b2d1e63'];
  await ovs.vsctl('add-port', 'br-int', 'other1', '--', 'set', 'port', 'other1', ...ids);
  await vi.waitFor(() => expect(listLinks()).toContain('br-int'), 20_000);
});
afterEach(async () => {
  await vif('gc', ['--keep-none']);
  for (const name of ['other0', 'qbrother', 'tapother', 'brq-routed']) {
    if (listLinks().includes(name)) ip(`link delete dev ${name}`);
  }
  run('nft', 'flush', 'ruleset');
  await ovs.stop();
  rmSync(stateDirectory, { recursive: true });
});

async function vif(command: string, args: readonly string[], stdin = '') {
  const all = [command, '--format', 'json', '--ovsdb', ovs.endpoint, '--state-dir', stateDirectory, ...args];
  const env = { ...process.env, VIF_OVS_PER_PORT_BRIDGE: 'true' };
  const { status, stdout, stderr } = await spawnVif(all, { stdin, env });
  const lines = stdout.split('\n').filter((line) => line !== '');
  return { status, stderr, answers: lines.map((line) => JSON.parse(line)) };
}

const lines = (...items: readonly unknown[]) => items.map((item) => `${JSON.stringify(item)}\n`).join('');

/** Drops what a link is going through at the moment: nobody sets it. */
function withoutState(key: string, value: unknown) {
  if (key === 'operstate' || key.endsWith('_timer')) return undefined;
  if (key !== 'flags' || !Array.isArray(value)) return value;
  return value.filter((flag) => flag !== 'LOWER_UP' && flag !== 'NO-CARRIER');
}

/** All that could be changed, as the kernel and the database have it. */
async function hostState() {
  const columns = {
    Bridge: '_uuid,name,ports,external_ids,datapath_type',
    Port: '_uuid,name,interfaces,external_ids,tag,trunks,qos',
    Interface: '_uuid,name,type,external_ids,options,mtu_request',
    QoS: '_uuid,type,external_ids',
  };
  const tables = Object.entries(columns).map(async ([table, own]) => {
    const { data } = JSON.parse(await ovs.vsctl('--format=json', `--columns=${own}`, 'list', table));
    return [table, data.map((row: unknown) => JSON.stringify(row)).sort()] as const;
  });
  return {
    links: JSON.parse(ip('-details -json link'), withoutState),
    filters: run('nft', '-j', 'list', 'ruleset'),
    tables: Object.fromEntries(await Promise.all(tables)),
  };
}

describe('gc on the kernel and Open vSwitch', () => {
  it('removes what is left of VIFs that are not kept, and nothing else', async () => {
    const [keptOnes, deadOnes] = [
      [hybrid(1), filtered(2)],
      [hybrid(3), tap(4), perPort(5), trunk(6), filtered(7)],
    ];
    expect((await vif('plug', [], lines(...keptOnes))).status).toBe(0);
    const before = await hostState();
    expect((await vif('plug', [], lines(...deadOnes))).answers).toEqual(
      deadOnes.map(({ id }) => expect.objectContaining({ id, changes: expect.anything() })),
    );

    const plugged = await hostState();
    const keep = lines(...keptOnes);
    const foreseen = await vif('gc', ['--keep', '-', '--dry-run'], keep);
    expect(foreseen.answers.map(({ id }) => id).sort()).toEqual([3, 4, 5, 6, 7].map(idOf));
    expect(await hostState()).toEqual(plugged);

    expect(await vif('gc', ['--keep', '-'], keep)).toEqual(foreseen);
    await vi.waitFor(async () => expect(await hostState()).toEqual(before), 20_000); // ovs-vswitchd removes links
    expect((await vif('check', [], keep)).status).toBe(0);
    expect(await vif('gc', ['--keep', '-'], keep)).toEqual({ status: 0, stderr: '', answers: [] });
  });

  it('finds what killed calls have left half done', async () => {
    const before = await hostState();
    await vif('plug', [], lines(hybrid(1), hybrid(2)));
    const veth = (number: number) => `qvo${idOf(number)}`.slice(0, 14);
    ip(`link delete dev ${veth(1)}`); // a port without a link
    const qos = (await ovs.vsctl('get', 'port', veth(2), 'qos')).trim();
    await ovs.vsctl('del-port', veth(2)); // links without a port
    await ovs.vsctl('destroy', 'qos', qos);
    const { status, answers } = await vif('gc', ['--keep', '-'], `${idOf(9)}\n`);
    expect(status).toBe(0);
    expect(answers.map(({ id }) => id).sort()).toEqual([idOf(1), idOf(2)]);
    await vi.waitFor(async () => expect(await hostState()).toEqual(before), 20_000);
  });

  it('removes the QoS row of a port that somebody else has removed, and of no other', async () => {
    const before = await hostState();
    await vif('plug', [], lines(hybrid(1), hybrid(2)));
    await vif('unplug', [], lines(hybrid(2)));
    const veth = `qvo${idOf(1)}`.slice(0, 14);
    await ovs.vsctl('del-port', veth, '--', 'create', 'QoS', 'type=linux-htb', 'external_ids:id=other');
    const theirs = (await ovs.vsctl('--bare', '--columns=_uuid', 'find', 'QoS', 'type=linux-htb')).trim();
    await vif('unplug', [], lines(hybrid(1))); // it has no step for the row
    const { answers } = await vif('gc', ['--keep', '-'], `${idOf(9)}\n`);
    expect(answers).toMatchObject([{ id: idOf(1), changes: [{ kind: 'ovsPortAbsent', name: veth }] }]);
    expect((await ovs.vsctl('--bare', '--columns=_uuid', 'list', 'QoS')).trim()).toBe(theirs);
    await ovs.vsctl('destroy', 'QoS', theirs);
    await vi.waitFor(async () => expect(await hostState()).toEqual(before), 20_000);
  });

  it('removes what VIFs shared as well once there are none', async () => {
    const before = await hostState();
    await vif('plug', [], lines(filtered(1), hybrid(2)));
    const { status, answers } = await vif('gc', ['--keep-none']);
    expect({ status, ids: answers.map(({ id }) => id) }).toEqual({
      status: 0,
      ids: expect.arrayContaining([null]),
    });
    await vi.waitFor(async () => expect(await hostState()).toEqual(before), 20_000);
  });

  it('does what it can where the database is out of reach', async () => {
    await vif('plug', [], lines(tap(1)));
    await ovs.server.stop();
    const { status, answers } = await vif('gc', ['--keep-none', '--timeout', '10']);
    expect(status).toBe(1);
    expect(answers).toMatchObject([
      { id: idOf(1), changes: [{ kind: 'linkAbsent', name: 'tap1' }] },
      { id: null, error: { code: 'OVSDB_UNREACHABLE' } },
    ]);
    const elsewhere = await vif('gc', ['--keep-none', '--ovsdb', 'unix:/no/such/folder/db.sock']);
    expect(elsewhere).toEqual({ status: 0, stderr: '', answers: [] }); // a host without Open vSwitch
  });
});
