import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FileVfJournal } from '../../src/journal/file-vf-journal.js';

const address = '0000:c2:0a.1';
const former = {
  mac: '52:54:00:00:00:01',
  vlan: 9,
  qos: 3,
  protocol: '802.1ad',
  trust: true,
  deviceMac: '02:00:00:00:00:01',
};
const record = { vifId: 'a', former };

let root: string;
let folder: string;
let journal: FileVfJournal;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'journal-'));
  folder = join(root, 'state');
  journal = new FileVfJournal(folder);
});
afterEach(() => rm(root, { recursive: true }));

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
    await journal.record(address, { vifId: 'b', former: { mac: '', vlan: 0 } });
    expect(await readOne(address.toUpperCase())).toEqual({ vifId: 'b', former: { mac: '', vlan: 0 } });
    expect(await journal.forget(address.toUpperCase())).toBeUndefined();
    expect(await readOne()).toBeUndefined();
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
    ['of another version', JSON.stringify({ ...whole, version: 2 })],
    ['of another function', JSON.stringify({ ...whole, address: '0000:c2:0a.2' })],
    ['without a VIF', JSON.stringify({ ...whole, vifId: undefined })],
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
    ].map((bad) => [
      `with ${JSON.stringify(bad)}`,
      JSON.stringify({ ...whole, former: { ...former, ...bad } }),
    ]),
  ])('is told by its file: %s', async (_, text) => {
    await mkdir(folder);
    await writeFile(file(), text);
    expect(await readOne()).toMatchObject({
      code: 'JOURNAL_INVALID',
      message: expect.stringContaining(file()),
    });
    expect(await readFile(file(), 'utf8')).toBe(text);
  });

  it('may be one that cannot be read, written or removed', async () => {
    const failure = { code: 'JOURNAL_FAILED', message: expect.stringContaining(file()) };
    await writeFile(folder, 'no folder');
    expect(await readOne()).toMatchObject(failure);
    expect(await journal.record(address, record)).toMatchObject(failure);
    expect(await journal.forget(address)).toMatchObject(failure);
  });
});
