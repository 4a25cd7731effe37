import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { memoryHost } from '@vifkit/testkit';
import { type Libvirtd, startLibvirtd } from '@vifkit/testkit/bed';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { driverOn } from '../vectors/driver.js';
import { configRows } from '../vectors/rows.js';

/** The reference's requests for a libvirt like the one here, of virtualization types that QEMU without KVM has. */
const rows = configRows
  .filter(({ expect: { xml } }) => xml !== undefined)
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

  it.each(['bridge', 'ovs', 'tap'])('has rows of type %s to define', (type) => {
    expect(rows.filter(({ vif }) => vif.type === type).length).toBeGreaterThan(5);
  });

  it.each(rows)('defines a domain with the device of $id ($vif.type)', async (row) => {
    const { device } = await driverOn(memoryHost()).config(row);
    const file = join(directory, `${row.id}.xml`);
    writeFileSync(file, domainWith(row.id, device.toXml()));
    await expect(libvirtd.virsh('define', '--validate', file)).resolves.toContain(
      `Domain '${row.id}' defined`,
    );
    await expect(libvirtd.virsh('dumpxml', row.id)).resolves.toContain(device.hostLink);
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
