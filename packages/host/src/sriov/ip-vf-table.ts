import { isVifError, VifError, type VirtualFunction } from '@vifkit/core';
import { hostPrograms, type Programs } from '../commands/programs.js';
import { hostKernelFiles, type KernelFiles } from '../kernel/kernel-files.js';
import { IpBatch } from '../links/ip/ip-batch.js';
import { linkOutcome } from '../links/link-outcome.js';
import { netDeviceAddress, netDeviceUsers } from './pci-net-device.js';
import { type ListedVf, readVfs } from './read-vfs.js';
import type { FoundVf, VfChange, VfState, VfTable } from './vf-table.js';
import { findVirtualFunctions } from './virtual-functions.js';

/** The kernel's virtual functions: found through sysfs, read and written with `ip` through their physical functions. */
export class IpVfTable implements VfTable {
  readonly #sysfsRoot: string;
  readonly #programs: Programs;
  readonly #files: KernelFiles;
  readonly #batch: IpBatch;

  constructor(
    sysfsRoot: string,
    rootHelper: readonly string[] = [],
    programs: Programs = hostPrograms,
    files: KernelFiles = hostKernelFiles,
  ) {
    this.#sysfsRoot = sysfsRoot;
    this.#programs = programs;
    this.#files = files;
    this.#batch = new IpBatch(rootHelper, {}, programs);
  }

  async read(addresses: readonly string[], signal: AbortSignal): Promise<Map<string, FoundVf | VifError>> {
    const functions = await this.#find(addresses);
    const pfs = new Set([...functions.values()].flatMap((found) => (isVifError(found) ? [] : found.pf)));
    const listings = new Map(
      await Promise.all([...pfs].map(async (pf) => [pf, await readVfs(pf, signal, this.#programs)] as const)),
    );
    const states = [...functions].map(async ([address, found]) => {
      const state = isVifError(found) ? found : await this.#stateOf(address, found, listings.get(found.pf));
      return [address, state] as const;
    });
    return new Map(await Promise.all(states));
  }

  /**
   * If sysfs shows none of this namespace, each address gets the reason as its error: functions of other VIFs are still
   * reported by their records.
   */
  async #find(addresses: readonly string[]): Promise<Map<string, VirtualFunction | VifError>> {
    try {
      return await findVirtualFunctions(this.#sysfsRoot, addresses, this.#files);
    } catch (error) {
      if (!isVifError(error, 'PCI_DEVICE_NOT_FOUND')) throw error;
      return new Map(addresses.map((address) => [address, error]));
    }
  }

  async #stateOf(
    address: string,
    { pf, index, netDevice }: VirtualFunction,
    listing: ReadonlyMap<number, ListedVf> | VifError | undefined,
  ): Promise<FoundVf | VifError> {
    if (isVifError(listing)) return listing;
    const listed = listing?.get(index);
    const text = `${pf} lists no virtual function ${index}, which is ${address} according to sysfs`;
    if (!listed) return new VifError('PCI_DEVICE_NOT_FOUND', text);
    const [deviceMac, users] = await Promise.all([
      netDeviceAddress(this.#sysfsRoot, address, netDevice, this.#files),
      netDeviceUsers(this.#sysfsRoot, address, netDevice, this.#files),
    ]);
    return { ...listed, ...(deviceMac !== undefined && { deviceMac }), ...(users.length > 0 && { users }) };
  }

  async write(changes: readonly VfChange[], signal: AbortSignal): Promise<(VifError | undefined)[]> {
    const addresses = new Set(changes.map(({ address }) => address));
    const functions = await this.#find([...addresses]);
    const outcomes = changes.map(({ address }): VifError | undefined => {
      const found = functions.get(address);
      return isVifError(found) ? found : undefined;
    });
    const lines = changes.flatMap(({ address, set }, index) => {
      const found = functions.get(address);
      if (!found || isVifError(found)) return [];
      return targetsOf(found, set).map(({ name, words }) => {
        return { index, name, line: `link set dev ${name} ${words.join(' ')}` };
      });
    });
    const texts = lines.map(({ line }) => line);
    const complaints = await this.#batch.run(texts, signal);
    for (const [i, { index, name }] of lines.entries()) {
      outcomes[index] ??= linkOutcome({ op: 'set', name, attributes: {} }, complaints[i]);
    }
    return outcomes;
  }
}

interface Target {
  readonly name: string;
  readonly words: readonly string[];
}

/** The links to set, in order: a function's own device may change its address only while the function is trusted. */
function targetsOf({ pf, index, netDevice }: VirtualFunction, set: Partial<VfState>): Target[] {
  const ofPf = { name: `${pf} vf ${index}`, words: wordsOf(set) };
  const device = netDevice === undefined || set.deviceMac === undefined ? [] : ['address', set.deviceMac];
  const ofDevice = { name: netDevice ?? '', words: device };
  const targets = set.trust === false ? [ofDevice, ofPf] : [ofPf, ofDevice];
  return targets.filter(({ words }) => words.length > 0);
}

/** A VLAN that is set without its priority and protocol gets 0 and 802.1Q. */
function wordsOf({ mac, vlan, qos, protocol, trust }: Partial<VfState>): string[] {
  const words: string[] = [];
  if (mac !== undefined) words.push('mac', mac);
  if (vlan !== undefined) words.push('vlan', String(vlan));
  if (vlan !== undefined && qos !== undefined) words.push('qos', String(qos));
  if (vlan !== undefined && protocol !== undefined) words.push('proto', protocol);
  if (trust !== undefined) words.push('trust', trust ? 'on' : 'off');
  return words;
}
