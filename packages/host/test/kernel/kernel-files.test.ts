import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { hostKernelFiles as files } from '../../src/kernel/kernel-files.js';
import { runStarved } from '../starved.js';

const root = mkdtempSync(join(tmpdir(), 'kernel-files-'));
const file = join(root, 'file');
writeFileSync(file, 'text\n');
afterAll(() => rmSync(root, { recursive: true }));

it('files and folders that do not exist are empty, as are those of another kind', async () => {
  const missing = join(root, 'missing');
  expect([await files.text(missing), await files.names(missing), files.entries(missing)]).toEqual([
    '',
    [],
    [],
  ]);
  expect([await files.text(root), await files.names(file), files.entries(file)]).toEqual(['', [], []]);
  expect([...files.settings([missing, file])]).toEqual([[file, 'text\n']]);
});

it('nothing is known about a file while no descriptor is left to open it', async () => {
  const [text, folder] = [JSON.stringify(file), JSON.stringify(root)];
  const said = await runStarved(
    ['kernel/kernel-files.js'],
    `const { text, names, entries, settings } = host.hostKernelFiles;
    const feed = starve();
    const outcomes = [];
    for (const read of [() => text(${text}), () => names(${folder}), () => entries(${folder}), () => settings([${text}])]) {
      outcomes.push(await outcome((async () => read())()));
    }
    feed();
    for (const each of outcomes) console.log(each);`,
  );
  expect(said).toEqual(Array(4).fill('DESCRIPTORS_EXHAUSTED'));
});

it('a function below a macvtap is not free while no descriptor is left to see who uses it', async () => {
  const device = '0000:01:00.1';
  mkdirSync(join(root, 'bus/pci/devices', device, 'net/eth9/upper_macvtap0'), { recursive: true });
  const said = await runStarved(
    ['kernel/kernel-files.js', 'sriov/pci-net-device.js', 'connection/holders.js'],
    `const users = () => host.netDeviceUsers(${JSON.stringify(root)}, '${device}', 'eth9', host.hostKernelFiles);
    console.log((await users()).join());
    const feed = starve();
    const starved = [await outcome(users()), await outcome(host.findHolders({ taps: ['tap1'], functions: [] }))];
    feed();
    for (const each of starved) console.log(each);`,
  );
  expect(said).toEqual(['macvtap0', 'DESCRIPTORS_EXHAUSTED', 'DESCRIPTORS_EXHAUSTED']);
});
