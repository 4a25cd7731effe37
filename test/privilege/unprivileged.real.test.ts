import { chmod, chown } from 'node:fs/promises';
import { listLinks, type OpenVSwitch, requireOwnNetwork, startOpenVSwitch } from '@vifkit/testkit/bed';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { codeBlock, readDocument } from '../docs/code-block.js';
import { filtered, hybrid, tap } from '../gc/requests.js';
import { makeUnprivilegedUser, type UnprivilegedUser, type UserInput } from './unprivileged-user.js';

const document = readDocument('docs/security.md');
const sudoers = codeBlock('docs/security.md', '### sudo', 'sudoers');

/** The commands of the document's first table but the vendors' tools, as sudo logs them: without the program's folder. */
const documented = [...document.matchAll(/^\| `((?:ip|tee|nft) [^`]*)` +\|/gm)].map(
  ([, command = '']) => new RegExp(`^${escaped(command).replace('LINK', '[A-Za-z0-9_.+-]+')}$`),
);

const linesOf = (requests: readonly object[]) => requests.map((each) => `${JSON.stringify(each)}\n`).join('');
const input = linesOf([hybrid(1), tap(2), filtered(3)]);
const helper = ['--root-helper', 'sudo -n'];
const nobody = 65_534;

let user: UnprivilegedUser;
let ovs: OpenVSwitch;
let links: readonly string[];

beforeAll(async () => {
  requireOwnNetwork();
  ovs = await startOpenVSwitch();
  await ovs.vsctl('add-br', 'br-int', '--', 'set', 'bridge', 'br-int', `datapath_type=${ovs.datapathType}`);
  await vi.waitFor(() => expect(listLinks()).toContain('br-int'), 20_000); // ovs-vswitchd's doing
  const socket = ovs.endpoint.slice('unix:'.length);
  await chmod(ovs.directory, 0o711);
  await chown(socket, 0, nobody);
  await chmod(socket, 0o660);
});
afterAll(() => ovs.stop());
beforeEach(async () => {
  user = await makeUnprivilegedUser();
  links = listLinks();
});
afterEach(() => user.close());

const vif = (command: string, args: readonly string[] = helper, given: UserInput = {}) =>
  user.vif([command, '--ovsdb', ovs.endpoint, '--format', 'json', ...args], { stdin: input, ...given });

const answers = ({ stdout }: { readonly stdout: string }) =>
  stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));

describe('a user without rights', () => {
  it('plugs and unplugs with a root helper, by no other commands than those documented', async () => {
    await user.setSudoers(sudoers);
    for (const command of ['plug', 'check', 'plug'])
      expect(await vif(command)).toMatchObject({ status: 0, stderr: '' });
    expect(listLinks().length).toBeGreaterThan(links.length);
    expect(await vif('unplug')).toMatchObject({ status: 0 });
    await user.vif(['gc', '--keep-none', '--ovsdb', ovs.endpoint, ...helper]);
    expect(listLinks()).toEqual(links);

    const { run, refused } = await user.log();
    const commands = [...new Set(run.map((command) => command.replace(/^\S*\//, '')))];
    expect(refused).toEqual([]);
    expect(commands.filter((command) => !documented.some((each) => each.test(command)))).toEqual([]);
    // And each of those documented is needed.
    expect(documented.filter((each) => !commands.some((command) => each.test(command)))).toEqual([]);
    expect(documented).toHaveLength(6);
  });

  it('reads all there is to read without any', async () => {
    await user.setSudoers('');
    expect((await vif('plan', [])).status).toBe(1); // guests' filters are root's to see
    const [hybridPort, bareTap] = answers(await vif('plan', []));
    expect([hybridPort.steps.length, bareTap.steps.length]).toEqual([5, 1]);
    expect(answers(await vif('config', []))).toMatchObject([
      { id: 'port-1' },
      { id: 'port-2' },
      { id: 'port-3' },
    ]);
    expect((await user.log()).run).toEqual([]);
  });

  it('is told what it lacks, and leaves nothing behind', async () => {
    await user.setSudoers('');
    for (const { error } of answers(await vif('plug', []))) {
      expect(`${error.code} ${error.message}`).toMatch(/PLUG_FAILED .*(run as root, or with a root helper)/);
    }
    for (const { error } of answers(await vif('plug'))) {
      expect(`${error.code} ${error.message}`).toMatch(/PLUG_FAILED .*sudo/);
    }
    expect(listLinks()).toEqual(links);
  });

  it('needs no helper with the capability for the network', async () => {
    const capabilities = '--inh-caps=+net_admin --ambient-caps=+net_admin';
    await user.setSudoers('');
    for (const command of ['plug', 'check', 'unplug']) {
      const ended = await vif(command, [], { capabilities, stdin: linesOf([hybrid(1), filtered(3)]) });
      expect(ended).toMatchObject({ status: 0, stderr: '' });
    }
    await user.vif(['gc', '--keep-none', '--ovsdb', ovs.endpoint], { capabilities });
    expect(listLinks()).toEqual(links);
  });
});

describe('the lines for sudo', () => {
  const ask = async (argv: readonly string[], stdin = '') =>
    (await user.run(['sudo', '-n', ...argv], { stdin })).stdout;
  const probe = 'netns exec probe id -u\n';

  it('start no program by `ip`', async () => {
    await user.setSudoers(sudoers.replace('NOEXEC: ', ''));
    expect(await ask(['ip', '-force', '-batch', '-'], probe)).toBe('0\n');
    await user.setSudoers(sudoers);
    expect(await ask(['ip', '-force', '-batch', '-'], probe)).toBe('');
  });

  it.each([
    ['another file', ['tee', '/run/vifkit-test']],
    ['a file beside', ['tee', '/proc/sys/net/ipv6/conf/lo/disable_ipv6', '/run/vifkit-test']],
    ['a file between', ['tee', '/proc/sys/net/ipv4/conf/lo', '/run/vifkit-test', '/arp_ignore']],
    ['a way out', ['tee', '/proc/sys/net/ipv4/conf/../../../kernel/arp_ignore']],
    ['another command of `ip`', ['ip', 'link', 'show']],
    ['another table', ['nft', '-j', 'list', 'table', 'inet', 'other']],
    ['a shell', ['sh']],
  ])('refuse %s', async (_, argv) => {
    await user.setSudoers(sudoers);
    expect((await user.run(['sudo', '-n', ...argv])).status).toBe(1);
    expect((await user.log()).run).toEqual([]);
  });
});

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
