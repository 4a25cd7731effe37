import { listLinks, requireOwnNetwork } from '@vifkit/testkit/bed';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { codeBlock } from '../docs/code-block.js';
import { rootHelper as helper, runInUnit, startVifUser, type VifUser } from './vif-user.js';

requireOwnNetwork();

const ip = ['ip', '-force', '-batch', '-'];
const nft = ['nft', '-f', '-'];

let user: VifUser;
/** What is in root's files, and is not to be seen. */
let secret: string;

beforeAll(async () => {
  user = await startVifUser();
  secret = (await user.host.shell('grep ^root: /etc/shadow')).trim();
});
afterAll(() => user?.host.close());

/** Asks sudo as the user, for what must not be run, and tells what has come of it. */
async function ask(argv: readonly string[], stdin = '') {
  const before = (await user.sudoLog()).run;
  const ended = await user.run(argv, stdin);
  const { run } = await user.sudoLog();
  return { ...ended, run: run.slice(before.length) };
}

const insert = (words: readonly string[], at: number, ...more: string[]) => [
  ...words.slice(0, at),
  ...more,
  ...words.slice(at),
];

const [sudo = '', never = '', ...setpriv] = helper;

describe('the line for sudo', () => {
  it('runs a command as its caller, with one capability', async () => {
    const told = 'link add name t-sudo type bridge\n';
    expect(await user.run([...helper, ...ip], told)).toMatchObject({ status: 0 });
    expect(listLinks()).toContain('t-sudo');
    expect(await user.run([...helper, ...ip], 'link delete dev t-sudo\n')).toMatchObject({ status: 0 });
  });

  it.each([
    ['`nft` by what it includes', nft, 'include "/etc/shadow"\n'],
    ['`ip` by lines that start programs', ip, 'netns exec probe cat /etc/shadow\n'],
    ['`ip` by a BPF object', ip, 'link set dev lo xdp object /etc/shadow\n'],
  ])("does not print root's files: %s", async (_, command, told) => {
    const { status, stdout, stderr } = await user.run([...helper, ...command], told);
    expect(status).not.toBe(0);
    expect(stdout + stderr).not.toContain(secret);
  });

  it('would print them if the command were run as root', async () => {
    const included = await user.host.run(nft, 'include "/etc/shadow"\n');
    expect(included.stdout + included.stderr).toContain(secret.slice(0, 6));
    const printed = await user.host.run(ip, 'netns exec probe cat /etc/shadow\n');
    expect(printed.stdout).toContain(secret);
  });

  it('would still be worth root if it ran the command as root, even with NOEXEC', async () => {
    const earlier = 'vif ALL = (root) NOPASSWD: NOEXEC: /usr/sbin/nft -f -, /usr/sbin/ip -force -batch -';
    await user.host.run(['tee', '/etc/sudoers.d/earlier'], `${earlier}\n`);
    const printed = await user.run([sudo, never, ...nft], 'include "/etc/shadow"\n');
    const opened = await user.run([sudo, never, ...ip], 'link set dev lo xdp object /etc/shadow\n');
    await user.host.shell('rm /etc/sudoers.d/earlier');
    expect(printed.stderr).toContain(secret.slice(0, 6));
    expect(opened.stderr).not.toMatch(/permission denied/i);
    const now = await user.run([...helper, ...ip], 'link set dev lo xdp object /etc/shadow\n');
    expect(now.stderr).toMatch(/permission denied/i);
  });

  it('puts a link into another namespace, as the capability may', async () => {
    const told = 'link add name t-here type veth peer name t-there netns probe\n';
    expect(await user.run([...helper, ...ip], told)).toMatchObject({ status: 0 });
    expect(await user.host.shell('ip -n probe link')).toContain('t-there');
    await user.host.shell('ip link delete dev t-here');
  });

  it('does not let its caller into another namespace, nor write to a file that is not his', async () => {
    const { stdout, stderr } = await user.run([...helper, ...ip], 'netns exec probe id\n');
    expect(stdout).toBe('');
    expect(stderr).toContain('not permitted');
    // The pattern takes what is below /proc/sys/net alone, and there the kernel says who may write.
    expect((await ask([...helper, 'tee', '/proc/sys/net/ipv4/conf/../arp_ignore'], '1')).status).not.toBe(0);
  });

  it.each([
    ['a shell', ['sh', '-c', 'true']],
    ['another program', ['cat', '/etc/hostname']],
    ['another way to write `ip`', ['/run/vifkit/ip', '-force', '-batch', '-']],
    ['`ip` on a file', ['ip', '-force', '-batch', '/etc/shadow']],
    ['`ip` at once', ['ip', 'link', 'show']],
    ['an argument behind those of `ip`', [...ip, '-netns', 'probe']],
    ['`nft` on a file', ['nft', '-f', '/etc/shadow']],
    ['another table', ['nft', '-j', 'list', 'table', 'inet', 'other']],
    ['`tee` on another file', ['tee', '/run/vifkit/file']],
    ['`tee` on no file', ['tee']],
    ['a file beside', ['tee', '/proc/sys/net/ipv6/conf/lo/disable_ipv6', '/etc/attack']],
    ['a file before', ['tee', '/etc/attack', '/proc/sys/net/ipv6/conf/lo/disable_ipv6']],
    ['a file between', ['tee', '/proc/sys/net/ipv4/conf/lo', '/etc/attack', '/arp_ignore']],
    ['a way out', ['tee', '/proc/sys/net/ipv4/conf/../../../kernel/arp_ignore']],
    ['an option of `tee`', ['tee', '-a', '/proc/sys/net/ipv4/conf/lo/arp_ignore']],
    ['a line break', ['tee', '/proc/sys/net/ipv4/conf/lo/arp_ignore\n/etc/attack']],
    ["a vendor's tool", ['mm-ctl', '--unbind-port', 'a']],
    ['nothing', []],
    ['no name', ['']],
  ])('refuses %s', async (_, command) => {
    expect(await ask([...helper, ...command])).toMatchObject({ status: 1, run: [] });
  });

  const fromRoot = (words: readonly string[]) => [sudo, never, ...words];

  it.each<[string, readonly string[]]>([
    ...setpriv.flatMap((word, i): [string, readonly string[]][] => [
      [`without ${word}`, [...setpriv.slice(0, i), ...setpriv.slice(i + 1)]],
      [`with ${word} twice`, insert(setpriv, i, word)],
      [`with root after ${word}`, insert(setpriv, i + 1, '--reuid=root')],
    ]),
    ...setpriv
      .slice(2)
      .map((word, i): [string, readonly string[]] => [`with ${word} earlier`, swapped(setpriv, i + 1)]),
    ['with words apart', setpriv.flatMap((word) => word.split('='))],
    ['with an abbreviation', setpriv.map((word) => word.replace('--reuid', '--reu'))],
    ['as root', setpriv.map((word) => word.replace('=vif', '=root'))],
    ['with all capabilities', setpriv.map((word) => word.replace('-all,', '+all,'))],
    ['with an empty word', insert(setpriv, 3, '')],
    ['by a `setpriv` of his own', ['/run/vifkit/setpriv', ...setpriv.slice(1)]],
  ])('refuses `setpriv` %s', async (_, words) => {
    const told = 'link add name t-attack type bridge\n';
    expect(await ask(fromRoot([...words, ...ip]), told)).toMatchObject({ status: 1, run: [] });
  });

  // sudo compares the arguments as one text, so it cannot tell these from the line's; but `setpriv` and `ip` can.
  it('comes to nothing where words are joined', async () => {
    const words = [...setpriv, ...ip];
    for (let from = 0; from < words.length; from++) {
      for (let end = from + 2; end <= words.length; end++) {
        const joined = [...words.slice(0, from), words.slice(from, end).join(' '), ...words.slice(end)];
        const ended = await user.run(fromRoot(joined), 'link add name t-attack type bridge\n');
        expect(ended.status, joined.join('|')).not.toBe(0);
      }
    }
    expect(listLinks()).not.toContain('t-attack');
  });

  it.each([
    ['another user', ['-u', 'nobody']],
    ["another's group", ['-g', 'shadow']],
    ['his environment', ['-E']],
    ['a variable', ['LD_PRELOAD=/run/vifkit/ip']],
    ['another folder', ['-D', '/root']],
    ['another root directory', ['-R', '/run/vifkit']],
    ['a file to edit', ['-e']],
    ['open descriptors', ['-C', '9']],
    ['a shell', ['-s']],
    ['a login', ['-i']],
  ])('is not for %s', async (_, options) => {
    expect(await ask([sudo, never, ...options, ...setpriv, ...ip])).toMatchObject({ status: 1, run: [] });
  });

  it('takes none of its caller’s variables', async () => {
    for (const name of ['setpriv', 'ip']) {
      const file = `/run/vifkit/${name}`;
      await user.run(['sh', '-c', `printf '#!/bin/sh\\necho attacked' >${file}; chmod 755 ${file}`]);
    }
    const variables = ['LD_PRELOAD=/run/vifkit/ip', 'PATH=/run/vifkit:/usr/bin:/bin'];
    const attack = (...argv: string[]) => user.run(['env', ...variables, ...argv], 'link show dev lo\n');
    expect((await attack('/usr/bin/setpriv', 'ip', '-batch', '-')).stderr).toContain('LD_PRELOAD');
    expect((await attack('setpriv')).stdout).toBe('attacked\n');

    const { status, stdout, stderr } = await attack('/usr/bin/sudo', never, ...setpriv, ...ip);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toContain('lo: ');
    expect(stdout).not.toContain('attacked');
  });

  it.each([
    ['ip', ['ip', '-force', '-batch', '-']],
    ['nft', ['nft', '-f', '-']],
    ['tee', ['tee', '/proc/sys/net/ipv4/conf/lo/arp_ignore']],
  ])('is not the earlier one, which ran `%s` as root', async (_, argv) => {
    expect(await ask([sudo, never, ...argv])).toMatchObject({ status: 1, run: [] });
  });
});

describe("a vendor's tool", () => {
  const folder = '/usr/local/bin';
  const line = codeBlock('docs/security.md', "### Vendors' tools", 'sudoers').replace('/usr/bin', folder);
  const id = '9d4cb17e-516f-4081-92a3-34d5e6f70805';
  const request = {
    vif: { id, address: 'fa:16:3e:30:00:05', type: 'midonet', devname: 't-midonet' },
    instance: { uuid: 'c1ae9d56-bf70-4152-9364-e5f607182905' },
  };

  beforeAll(async () => {
    const script = '#!/bin/sh\necho "$(id -u) $*" >>/run/mm-ctl.log\n';
    await user.host.run(['tee', `${folder}/mm-ctl`, `${folder}/other-ctl`], script);
    await user.host.shell(`chmod 755 ${folder}/mm-ctl ${folder}/other-ctl`);
    await user.host.run(['tee', '/etc/sudoers.d/vendor'], line);
    await user.host.shell('chmod 440 /etc/sudoers.d/vendor; visudo -cf /etc/sudoers.d/vendor');
  });

  it('is run as root by a line and a helper of its own, while links are changed without root', async () => {
    const vif = (command: string) =>
      user.vif.sudo([command, '--tool-helper', 'sudo -n'], `${JSON.stringify(request)}\n`);
    expect(await vif('plug')).toMatchObject({ status: 0, stderr: '' });
    expect(listLinks()).toContain('t-midonet');
    expect(await vif('unplug')).toMatchObject({ status: 0, stderr: '' });
    expect(listLinks()).not.toContain('t-midonet');
    expect(await user.host.shell('cat /run/mm-ctl.log')).toBe(
      `0 --bind-port ${id} t-midonet\n0 --unbind-port ${id}\n`,
    );
  });

  it.each([
    ['other arguments', ['mm-ctl', '--list']],
    ['an argument more', ['mm-ctl', '--unbind-port', 'a', '--config', '/etc/shadow']],
    ['an option in an argument', ['mm-ctl', '--bind-port', 'a', '--config=/etc/shadow']],
    ['another tool', ['other-ctl', '--unbind-port', 'a']],
    ['one of its name', ['/run/vifkit/mm-ctl', '--unbind-port', 'a']],
  ])('is not run with %s', async (_, argv) => {
    expect(await ask(['sudo', '-n', ...argv])).toMatchObject({ status: 1, run: [] });
  });

  it('is not run by sudo in the unit', async () => {
    const { status, stderr } = await runInUnit(user.host, ['sudo', '-n', 'mm-ctl', '--unbind-port', 'a']);
    expect(status).not.toBe(0);
    expect(stderr).toContain('no new privileges');
  });
});

function swapped(words: readonly string[], at: number): string[] {
  return insert([...words.slice(0, at), ...words.slice(at + 1)], at + 1, words[at] ?? '');
}
