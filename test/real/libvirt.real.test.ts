import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { memoryHost } from '@vifkit/testkit';
import { type Libvirtd, startLibvirtd } from '@vifkit/testkit/bed';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { driverOn } from '../vectors/driver.js';
import { configRows, currentRows } from '../vectors/rows.js';
import { setupOf } from '../vectors/setup.js';

/** The reference's requests for a libvirt like the one here, of virtualization types that QEMU without KVM has. */
const rows = [...configRows, ...currentRows]
  .filter(({ expect: { xml }, host }) => xml !== undefined && ['kvm', 'qemu'].includes(host.virt_type))
  .map((row) => ({ ...row, host: { ...row.host, virt_type: 'qemu', libvirt_version: [9, 0, 0] } }));

describe('a real libvirtd', () => {
  let libvirtd: Libvirtd;
  let directory: string;
  beforeAll(async () => {
    libvirtd = await startLibvirtd();
    directory = mkdtempSync(join(tmpdir(), 'vif-'));
  });
  afterAll(async () => {
    await libvirtd?.stop();
    rmSync(directory, { recursive: true });
  });

  it('has rows of every type to define', () => {
    const types = new Set([...configRows, ...currentRows].map(({ vif }) => vif.type));
    expect(new Set(rows.map(({ vif }) => vif.type))).toEqual(types);
  });

  it.each(rows)('defines a domain with the device of $id ($vif.type)', async (row) => {
    const { device } = await driverOn(memoryHost({ pci: setupOf(row).functions })).config(row);
    const file = join(directory, `${row.id}.xml`);
    writeFileSync(file, domainWith(row.id, device.toXml()));
    await expect(libvirtd.virsh('define', '--validate', file)).resolves.toContain(
      `Domain '${row.id}' defined`,
    );
    const dumped = await libvirtd.virsh('dumpxml', row.id);
    expect(dumped).toContain(device.hostLink ?? '<source');
  });
});

function domainWith(name: string, device: string): string {
  return `<domain type="qemu">
  <name>${name}</name>
  <memory unit="MiB">64</memory>
  <os><type arch="x86_64">hvm</type></os>
  <devices>${device}</devices>
</domain>
`;
}
