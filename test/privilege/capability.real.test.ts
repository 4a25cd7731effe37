import { execFileSync } from 'node:child_process';
import { listLinks, requireOwnNetwork } from '@vifkit/testkit/bed';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  deletesLinkByNamespaceId,
  loadsSocketFilter,
  loadsXdp,
  opensPacketSocket,
  setsUserId,
} from './programs.js';
import { startVifUser, type VifUser } from './vif-user.js';

requireOwnNetwork();

let user: VifUser;

beforeAll(async () => {
  user = await startVifUser();
});
afterAll(() => user?.host.close());

const inProbe = (...args: string[]) => user.host.shell(`ip -n probe ${args.join(' ')}`);

describe('CAP_NET_ADMIN is not enough to', () => {
  it.each<[string, readonly string[]]>([
    ["read root's files", ['cat', '/etc/shadow']],
    ["print root's files by `nft`", ['sh', '-c', `nft -c -f /etc/shadow 2>&1 | grep ^root:`]],
    ["write root's files", ['tee', '/etc/attack']],
    ['become root', [...setsUserId]],
    ['become root by `su`', ['su', '-c', 'true']],
    ['get other capabilities', ['setpriv', '--inh-caps=+sys_admin', '--ambient-caps=+sys_admin', 'true']],
    ['change the root directory', ['chroot', '/', 'true']],
    ['mount', ['mount', '-t', 'tmpfs', 'none', '/mnt']],
    ['make a device', ['mknod', '/run/vifkit/device', 'c', '1', '5']],
    ['see frames by a packet socket', [...opensPacketSocket]],
    ['load a BPF program for sockets', [...loadsSocketFilter]],
    ['load a BPF program for links', [...loadsXdp]],
    ["signal others' processes", ['sh', '-c', 'kill -0 1']],
    ["read others' memory", ['head', '-c', '0', '/proc/1/mem']],
    ['enter a network namespace', ['nsenter', '--net=/run/netns/probe', 'true']],
    ['enter one by `ip netns exec`', ['ip', 'netns', 'exec', 'probe', 'true']],
    ['enter one by `ip -n`', ['ip', '-n', 'probe', 'link']],
    ["enter another process's", ['nsenter', '--target', '1', '--net', 'true']],
    ['make a network namespace', ['unshare', '--net', 'true']],
  ])('%s, which root can', async (_, argv) => {
    const { status, stdout, stderr } = await user.runCapable(argv);
    expect(status, `${stdout}${stderr}`).not.toBe(0);
    expect(await user.host.run(argv)).toMatchObject({ status: 0 });
  });

  it('run a program by sudo', async () => {
    const { status, stderr } = await user.runCapable(['sudo', '-n', 'true']);
    expect(status).toBe(1);
    expect(stderr).toContain('no new privileges');
  });
});

describe('CAP_NET_ADMIN is enough to', () => {
  it("change the host's links, firewall and settings of the network", async () => {
    execFileSync('ip', ['link', 'add', 't-other', 'type', 'bridge']);
    const settings = '/proc/sys/net/ipv4/conf/t-other/forwarding';
    await expectDone(['ip', 'link', 'set', 'dev', 't-other', 'up']);
    await expectDone(['sh', '-c', `echo 0 >${settings}; echo 1 >${settings}; grep 1 ${settings}`]);
    await expectDone(['nft', 'add', 'table', 'inet', 'attack']);
    await expectDone(['nft', 'delete', 'table', 'inet', 'attack']);
    await expectDone(['ip', 'link', 'delete', 'dev', 't-other']);
    expect(listLinks()).not.toContain('t-other');
  });

  it('put a link into another namespace, and to change links there by netlink', async () => {
    await inProbe('link', 'add', 't-there', 'type', 'bridge');
    await expectDone(['ip', 'netns', 'set', 'probe', '77']);
    await expectDone(['ip', 'link', 'add', 't-here', 'type', 'veth', 'peer', 't-put', 'netns', 'probe']);
    expect(await inProbe('link')).toContain('t-put');
    await expectDone(deletesLinkByNamespaceId('t-there'));
    expect(await inProbe('link')).not.toContain('t-there');
    execFileSync('ip', ['link', 'delete', 'dev', 't-here']);
  });

  async function expectDone(argv: readonly string[]): Promise<void> {
    expect(await user.runCapable(argv), argv.join(' ')).toMatchObject({ status: 0 });
  }
});
