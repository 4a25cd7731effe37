import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import type { VirtualFunction } from '@vifkit/core';

/** Makes below a folder what sysfs shows of virtual functions and of the cards they belong to. */
export function makeSysfs(root: string, functions: Readonly<Record<string, VirtualFunction>>): void {
  for (const [address, { pf, index, netDevice }] of Object.entries(functions)) {
    const device = join(root, 'bus/pci/devices', address);
    if (netDevice !== undefined) mkdirSync(join(device, 'net', netDevice), { recursive: true });
    mkdirSync(join(device, 'physfn/net', pf), { recursive: true });
    symlinkSync(join('..', address), join(device, 'physfn', `virtfn${index}`));
  }
}
