import { existsSync } from 'node:fs';
import { readlink } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { isVifError, type VifError } from '@vifkit/core';
import type { FunctionOnPath } from '@vifkit/engine/connection';
import type { KernelFiles } from '../kernel/kernel-files.js';
import { pciFolder } from '../sriov/pci-net-device.js';
import type { FoundVf, VfTable } from '../sriov/vf-table.js';
import { findVirtualFunctions } from '../sriov/virtual-functions.js';

/**
 * The drivers that PCI functions are bound to, and the settings of virtual functions. Functions that do not exist are
 * left out.
 */
export async function readFunctions(
  addresses: readonly string[],
  sysfsRoot: string,
  vfs: VfTable,
  files: KernelFiles,
  signal: AbortSignal,
): Promise<Map<string, FunctionOnPath>> {
  if (addresses.length === 0) return new Map();
  const [settings, virtual, bindings] = await Promise.all([
    vfs.read(addresses, signal).catch(() => new Map<string, FoundVf | VifError>()),
    findVirtualFunctions(sysfsRoot, addresses, files),
    Promise.all(addresses.map((address) => bindingOf(pciFolder(sysfsRoot, address)))),
  ]);
  return new Map(
    addresses.flatMap((address, i) => {
      const binding = bindings[i];
      if (!binding) return [];
      const [vf, place] = [settings.get(address), virtual.get(address)];
      if (!vf || isVifError(vf) || !place || isVifError(place)) return [[address, binding] as const];
      const { mac, vlan, isDisabled } = vf;
      return [[address, { ...binding, vf: { pf: place.pf, mac, vlan, isDisabled } }] as const];
    }),
  );
}

async function bindingOf(device: string): Promise<{ readonly driver: string | undefined } | undefined> {
  if (!existsSync(device)) return undefined;
  const driver = await readlink(join(device, 'driver')).catch(() => undefined);
  return { driver: driver && basename(driver) };
}
