import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { memoryHost } from '@vifkit/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { driverOn } from './driver.js';
import { configRows, currentRows } from './rows.js';
import { setupOf } from './setup.js';

const schema = '/usr/share/libvirt/schemas/domain.rng';
const run = promisify(execFile);

const domainWith = (device: string) => `<domain type="kvm">
  <name>guest</name>
  <memory>65536</memory>
  <os><type arch="x86_64">hvm</type></os>
  <devices>${device}</devices>
</domain>
`;

describe("the schema of libvirt 9's domains", () => {
  let directory: string;
  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'vif-'));
  });
  afterAll(() => rmSync(directory, { recursive: true }));

  it.each([
    ['Nova 14', configRows],
    ["today's Nova", currentRows],
  ])('has nothing against the devices by the rules of %s', async (_, all) => {
    const rows = all.filter(
      ({ expect: { xml }, host: { libvirt_version } }) => xml !== undefined && libvirt_version[0] === 9,
    );
    expect(rows.length).toBeGreaterThan(30);
    const files = await Promise.all(
      rows.map(async (row) => {
        const { device } = await driverOn(memoryHost({ pci: setupOf(row).functions })).config(row);
        const file = join(directory, `${row.id}.xml`);
        writeFileSync(file, domainWith(device.toXml()));
        return file;
      }),
    );
    const { stderr } = await run('xmllint', ['--noout', '--relaxng', schema, ...files]);
    expect(stderr.trim().split('\n').sort()).toEqual(files.map((file) => `${file} validates`).sort());
  });
});
