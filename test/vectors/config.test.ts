import { isVifError } from '@vifkit/core';
import { memoryHost } from '@vifkit/testkit';
import { describe, expect, it } from 'vitest';
import { canonicalXml } from './canonical-xml.js';
import { driverOn } from './driver.js';
import { configRows, currentRows, refusedRows } from './rows.js';
import { setupOf } from './setup.js';

/** What the reference's exceptions are here. */
const codes: Readonly<Record<string, readonly string[]>> = {
  UnsupportedHardware: ['UNSUPPORTED_MODEL'],
  UnsupportedVirtType: ['UNSUPPORTED_VIRT_TYPE'],
  NovaException: ['INVALID_VIF', 'UNSUPPORTED_VIF_TYPE', 'VIF_TYPE_MISSING'],
  VirtualInterfacePlugException: ['UNSUPPORTED_VIF_TYPE', 'VIF_TYPE_MISSING'],
  NetworkMissingPhysicalNetwork: ['INVALID_VIF'],
  VifDetailsMissingMacvtapParameters: ['INVALID_VIF'],
  PciDeviceNotFoundById: ['PCI_DEVICE_NOT_FOUND'],
};

describe('the libvirt configuration', () => {
  it.each([...configRows, ...currentRows])('$id is as the reference has it', async (row) => {
    const config = driverOn(memoryHost({ pci: setupOf(row).functions })).config(row);
    if (row.expect.error) {
      const code = await config.catch((error) => isVifError(error) && error.code);
      expect(codes[row.expect.error]).toContain(code);
    } else {
      expect(canonicalXml((await config).device.toXml())).toEqual(canonicalXml(row.expect.xml ?? ''));
    }
  });
});

describe('a VIF that is refused', () => {
  it.each(refusedRows)('$id is refused with the reason, and nothing is written', async (row) => {
    const host = memoryHost();
    const driver = driverOn(host);
    const operation = row.op === 'replug' ? 'plug' : row.op;
    const code = await driver[operation](row).then(
      () => 'none',
      (error) => isVifError(error) && error.code,
    );
    expect(codes[row.expect.error ?? '']).toContain(code);
    expect(host.writes).toEqual([]);
  });
});
