import { Deadline } from '@vifkit/engine/time';
import { makeNamespace, type Namespace, requireOwnNetwork } from '@vifkit/testkit/bed';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LINKS } from '../../src/links/ip/read-links.js';
import { type NetworkNamespace, openNamespace, SYSFS } from '../../src/namespace/network-namespace.js';
import { openHost } from '../../src/open-host.js';

requireOwnNetwork();

const soon = () => new Deadline(20_000).signal;
const options = () => ({ signal: soon(), doing: 'testing' });

let namespace: Namespace;
let path: string;
let network: NetworkNamespace;

beforeAll(async () => {
  namespace = await makeNamespace();
  path = `/proc/${namespace.pid}/ns/net`;
  network = openNamespace(path, SYSFS);
  await namespace.run('ip', 'tuntap', 'add', 't-inside', 'mode', 'tap');
});
afterAll(() => namespace.close());

describe('programs of another network namespace', () => {
  it('run in it, and end as they do elsewhere', async () => {
    const there = await namespace.run('readlink', '/proc/self/ns/net');
    const run = (...argv: [string, ...string[]]) => network.programs.run(argv, options());
    expect(await run('readlink', '/proc/self/ns/net')).toMatchObject({ exitCode: 0, stdout: there });
    expect(`net:[${network.number?.()}]\n`).toBe(there);
    expect(await run('sh', '-c', 'exit 127')).toMatchObject({ exitCode: 127, missing: false });
    expect(await run('sh', '-c', 'kill -9 $$')).toMatchObject({ ending: 'was ended by SIGKILL' });
    expect(await run('no-such-program')).toMatchObject({ exitCode: undefined, missing: true });
    expect(await run('/etc/passwd')).toMatchObject({ exitCode: undefined, missing: false });
  });

  it('are told something, and missed by name', async () => {
    const said: string[] = [];
    const onLine = (line: string) => said.push(line) > 0;
    const ask = (...argv: [string, ...string[]]) =>
      network.programs.start(argv).ask({ script: 'word\n', length: 1, onLine }, options(), true);
    expect(await ask('cat')).toMatchObject({ stdout: ['word'], ended: { exitCode: 0 } });
    expect(await ask('no-such-program')).toMatchObject({ ended: { missing: true } });
  });

  it('end with all that they started', async () => {
    const deadline = new Deadline(300);
    const call = { signal: deadline.signal, doing: 'sleeping' };
    await expect(network.programs.run(['sh', '-c', 'sleep 1234 & wait'], call)).rejects.toMatchObject({
      code: 'TIMEOUT',
    });
    const { stdout } = await network.programs.run(['pgrep', '-f', '^sleep 1234$'], options());
    expect(stdout).toBe('');
  });
});

describe('files of another network namespace', () => {
  const setting = (name: string) => `/proc/sys/net/ipv4/conf/${name}/arp_ignore`;

  it('are those of its links', async () => {
    const { files } = network;
    expect(files.entries(LINKS)).toEqual(expect.arrayContaining(['lo', 't-inside']));
    expect(files.entries(`${LINKS}/none`)).toEqual([]);
    expect(files.existing([`${LINKS}/t-inside`, `${LINKS}/t-none`])).toEqual([`${LINKS}/t-inside`]);
    await namespace.run('sh', '-c', `echo 8 >${setting('t-inside')}`);
    expect(files.settings([setting('t-inside'), setting('t-none')])).toEqual(
      new Map([[setting('t-inside'), '8']]),
    );
    expect(await files.text('/proc/self/net/dev')).toContain('t-inside:');
  });

  it('are none of sysfs, unless one is mounted for it', async () => {
    const refused = {
      code: 'PCI_DEVICE_NOT_FOUND',
      message: expect.stringContaining(`nsenter --net=${path} mount -t sysfs`),
    };
    await expect(network.files.names('/sys/class/net')).rejects.toMatchObject(refused);
    const host = openHost({ networkNamespace: path });
    const address = '0000:05:10.0';
    await expect(host.facts.pciNetDevice(address)).rejects.toMatchObject(refused);
    await expect(host.facts.virtualFunction(address)).rejects.toMatchObject(refused);
    const step = { kind: 'vf', address, vlan: 3 } as const;
    const vifId = '7c6b5a49-3827-4165-8f0e-1d2c3b4a5968';
    const runner = host.runners.find(({ kinds }) => kinds.includes('vf'));
    expect(await runner?.inspect([{ step, vifId }], soon())).toMatchObject([{ blocked: refused }]);
    await host.close();
    const other = openNamespace(path, '/mnt/sys');
    expect(await other.files.names('/mnt/sys/class/net')).toEqual([]);
  });
});

describe('a network namespace', () => {
  it('is entered by nsenter, which has to be there', () => {
    const before = process.env.PATH;
    process.env.PATH = '/nonexistent';
    try {
      expect(() => openNamespace(path, SYSFS)).toThrow(
        expect.objectContaining({
          code: 'COMMAND_NOT_FOUND',
          message: expect.stringContaining('util-linux'),
        }),
      );
    } finally {
      process.env.PATH = before;
    }
  });

  it.each(['', '.', '..', 'a/b', './blue', 'a\0b'])('cannot be %j', (networkNamespace) => {
    expect(() => openHost({ networkNamespace })).toThrow(
      expect.objectContaining({
        code: 'INVALID_OPTIONS',
        message: expect.stringContaining('networkNamespace must be'),
      }),
    );
  });

  it('goes with no root helper', () => {
    expect(() => openHost({ networkNamespace: path, rootHelper: ['sudo', '-n'] })).toThrow(
      expect.objectContaining({ code: 'INVALID_OPTIONS', message: expect.stringContaining('nsenter') }),
    );
  });
});
