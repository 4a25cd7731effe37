import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import {
  chmod,
  link,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  symlink,
  truncate,
  writeFile,
} from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FileVfJournal } from '../../src/records/vf-records.js';

// VIFs.
const a = '5a3b8e6c-9d41-4f0a-8c27-1e6f0d9b2a31';
const b = 'c7d2f915-3b68-4e1d-a05c-84b9e2f7d630';

const address = '0000:c2:0a.1';
const former = {
  mac: '52:54:00:00:00:01',
  vlan: 9,
  qos: 3,
  protocol: '802.1ad',
  trust: true,
  deviceMac: '02:00:00:00:00:01',
};
const record = { vifId: a, former };

let root: string;
let folder: string;
let journal: FileVfJournal;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'journal-'));
  folder = join(root, 'state');
  journal = new FileVfJournal(folder);
});
afterEach(() => rm(root, { recursive: true }));

const beside = () => join(root, 'beside.json');
const file = () => join(folder, `vf-${address}.json`);
const readOne = async (which = address) => (await journal.read([which])).get(which);

describe('the journal', () => {
  it('gives back what was recorded, to another process too', async () => {
    expect(await journal.record(address, record)).toBeUndefined();
    expect(await new FileVfJournal(folder).read([address, '0000:c2:0a.2'])).toEqual(
      new Map([[address, record]]),
    );
  });

  it('has one record of a function, however its address is written', async () => {
    await journal.record(address.toUpperCase(), record);
    await journal.record(address, { vifId: b, former: { mac: '', vlan: 0 } });
    expect(await readOne(address.toUpperCase())).toEqual({ vifId: b, former: { mac: '', vlan: 0 } });
    expect(await journal.forget(address.toUpperCase())).toBeUndefined();
    expect(await readOne()).toBeUndefined();
  });

  it('reports what was written since, and lacks it where an older release wrote the record', async () => {
    const written = [{ mac: '52:54:00:00:00:02', vlan: 7 }, { trust: true }];
    await journal.record(address, { ...record, written });
    expect(await readOne()).toEqual({ ...record, written });
    await writeFile(file(), `${JSON.stringify({ version: 1, address, ...record })}\n`);
    expect(await readOne()).toEqual(record);
  });

  it('lists what it has, with what is damaged, and nothing that it did not write', async () => {
    expect(await journal.list()).toEqual(new Map());
    await journal.record(address, record);
    await writeFile(join(folder, 'vf-0000:c2:0a.2.json'), '{}');
    await writeFile(join(folder, 'notes.txt'), 'none of ours');
    await writeFile(`${file()}.new`, '{}');
    expect([...(await journal.list())].sort()).toEqual([
      [address, record],
      ['0000:c2:0a.2', expect.objectContaining({ code: 'JOURNAL_INVALID' })],
    ]);
    await rm(folder, { recursive: true });
    await writeFile(folder, 'no folder');
    await expect(journal.list()).rejects.toMatchObject({ code: 'JOURNAL_FAILED' });
  });

  it('makes its folder for the first record, and for this user alone', async () => {
    expect(await readOne()).toBeUndefined();
    expect(await journal.forget(address)).toBeUndefined();
    expect(await readdir(root)).toEqual([]);
    await journal.record(address, record);
    expect((await stat(folder)).mode & 0o777).toBe(0o700);
    expect((await stat(file())).mode & 0o777).toBe(0o600);
    expect(await readdir(folder)).toEqual([`vf-${address}.json`]);
  });

  it('lets a group read and write, in a directory that is shared with it', async () => {
    await mkdir(folder);
    await chmod(folder, 0o2770);
    await journal.record(address, record);
    expect((await stat(file())).mode & 0o777).toBe(0o660);
    expect(await readOne()).toEqual(record);
  });

  it('is not disturbed by the draft of a process that was killed', async () => {
    await mkdir(folder);
    await writeFile(`${file()}.new`, '{"version":');
    expect(await readOne()).toBeUndefined();
    await journal.record(address, record);
    expect(await readOne()).toEqual(record);
    expect(await readdir(folder)).toEqual([`vf-${address}.json`]);
  });
});

describe('a record that cannot be used', () => {
  const whole = { version: 1, address, ...record };
  it.each([
    ['empty', ''],
    ['cut off', JSON.stringify(whole).slice(0, 60)],
    ['no object', 'null'],
    ['of another version', JSON.stringify({ ...whole, version: 3 })],
    ['of another function', JSON.stringify({ ...whole, address: '0000:c2:0a.2' })],
    ['without a VIF', JSON.stringify({ ...whole, vifId: undefined })],
    ['with settings that are none', JSON.stringify({ ...whole, written: [{ vlan: '7' }] })],
    ['with unknown settings', JSON.stringify({ ...whole, written: [{ up: true }] })],
    ['with settings without end', JSON.stringify({ ...whole, written: Array(9).fill({ vlan: 7 }) })],
    ['without a former state', JSON.stringify({ ...whole, former: undefined })],
    ...[
      { mac: '52:54:00:00:00:01\nlink delete dev eth0' },
      { mac: undefined },
      { vlan: 4096 },
      { vlan: '9' },
      { qos: -1 },
      { protocol: '802.1Q trust on' },
      { trust: 'on' },
      { deviceMac: '' },
      { deviceMac: '52:54:00:00:00:01 up' },
      { mac: ':::' },
      { mac: ['52:54:00:00:00:01'] },
      { vlan: 1.5 },
      { trust: null },
      { unknown: 1 },
    ].map((bad) => [
      `with ${JSON.stringify(bad)}`,
      JSON.stringify({ ...whole, former: { ...former, ...bad } }),
    ]),
    ...[
      { version: '1' },
      { vifId: 'a' },
      { vifId: `${a}\n` },
      { vifId: [a] },
      { vifId: { toString: a } },
      { former: [] },
      { former: 'none' },
      { unknown: 1 },
    ].map((bad) => [`with ${JSON.stringify(bad)}`, JSON.stringify({ ...whole, ...bad })]),
    ['with a prototype', JSON.stringify(whole).replace('{', '{"__proto__":{"vifId":"x"},')],
    ['with a prototype for its state', JSON.stringify(whole).replace('"mac"', '"__proto__":{"qos":1},"mac"')],
    ['with its state in a prototype', JSON.stringify(whole).replace('"former"', '"__proto__"')],
    ['with a constructor', JSON.stringify({ ...whole, constructor: 1 })],
    ['with more than a record has', `${JSON.stringify(whole)}${' '.repeat(5_000)}`],
  ])('is reported by its file: %s', async (_, text) => {
    await mkdir(folder);
    await writeFile(file(), text);
    expect(await readOne()).toMatchObject({
      code: 'JOURNAL_INVALID',
      message: expect.stringContaining(file()),
    });
    expect(await readFile(file(), 'utf8')).toBe(text);
  });

  it.each([
    ['a FIFO', () => execFileSync('mkfifo', [file()])],
    ['a directory', () => mkdir(file())],
    ['a symbolic link to a record', () => rename(file(), beside()).then(() => symlink(beside(), file()))],
    ['a symbolic link to nothing', () => symlink('/none', file())],
    ['a hard link', () => link(file(), beside())],
    ['a file without end', () => symlink('/dev/zero', file())],
    ['a file of 1 TiB', () => truncate(file(), 2 ** 40)],
    ['a file that everybody can write', () => chmod(file(), 0o666)],
    ['a file that its group can write', () => chmod(file(), 0o660)],
  ])('may be no file of ours: %s', async (what, put) => {
    await journal.record(address, record);
    if (/FIFO|directory|nothing|without end/.test(what)) await rm(file());
    await put();
    const invalid = { code: 'JOURNAL_INVALID', message: expect.stringContaining(file()) };
    expect(await readOne()).toMatchObject(invalid);
    expect((await journal.list()).get(address)).toMatchObject(invalid);
  });

  it('may be a socket', async () => {
    await mkdir(folder, { mode: 0o700 });
    const server = createServer().listen(file());
    await once(server, 'listening');
    expect(await readOne()).toMatchObject({ code: 'JOURNAL_INVALID' });
    await new Promise((done) => server.close(done));
  });

  it('is not believed in a directory that everybody can write to', async () => {
    await journal.record(address, record);
    await chmod(folder, 0o777);
    const failure = { code: 'JOURNAL_FAILED', cause: { code: 'STATE_DIRECTORY_UNSAFE' } };
    expect(await readOne()).toMatchObject(failure);
    await expect(journal.list()).rejects.toMatchObject(failure);
    expect(await journal.record(address, record)).toMatchObject(failure);
    expect(await journal.forget(address)).toMatchObject(failure);
    expect(await readdir(folder)).toEqual([`vf-${address}.json`]);
  });

  it('may be one that cannot be read, written or removed', async () => {
    const failure = { code: 'JOURNAL_FAILED', message: expect.stringContaining(file()) };
    await writeFile(folder, 'no folder');
    expect(await readOne()).toMatchObject(failure);
    expect(await journal.record(address, record)).toMatchObject(failure);
    expect(await journal.forget(address)).toMatchObject(failure);
  });
});
