import { isVifError, type Outcome, VifError } from '@vifkit/core';
import { runIpBatch } from '../links/ip/ip-batch.js';
import { linkOutcome } from '../links/link-outcome.js';
import { readVfs } from './read-vfs.js';
import type { VfChange, VfState, VfTable } from './vf-table.js';
import { findVirtualFunctions } from './virtual-functions.js';

/** The kernel's virtual functions: found by sysfs, read and written by `ip` through their physical functions. */
export class IpVfTable implements VfTable {
  readonly #sysfsRoot: string;
  readonly #rootHelper: readonly string[];

  constructor(sysfsRoot: string, rootHelper: readonly string[] = []) {
    this.#sysfsRoot = sysfsRoot;
    this.#rootHelper = rootHelper;
  }

  async read(addresses: readonly string[], signal: AbortSignal): Promise<Map<string, VfState | VifError>> {
    const functions = await findVirtualFunctions(this.#sysfsRoot, addresses);
    const pfs = new Set([...functions.values()].flatMap((found) => (isVifError(found) ? [] : found.pf)));
    const listings = new Map(
      await Promise.all([...pfs].map(async (pf) => [pf, await readVfs(pf, signal)] as const)),
    );
    return new Map(
      [...functions].map(([address, found]) => {
        if (isVifError(found)) return [address, found];
        const listing = listings.get(found.pf);
        if (isVifError(listing)) return [address, listing];
        const text = `${found.pf} lists no virtual function ${found.index}, which ${address} is by sysfs`;
        return [address, listing?.get(found.index) ?? new VifError('PCI_DEVICE_NOT_FOUND', text)];
      }),
    );
  }

  async write(changes: readonly VfChange[], signal: AbortSignal): Promise<Outcome[]> {
    const addresses = new Set(changes.map(({ address }) => address));
    const functions = await findVirtualFunctions(this.#sysfsRoot, [...addresses]);
    const outcomes = changes.map(({ address }): Outcome => {
      const found = functions.get(address);
      return isVifError(found) ? found : undefined;
    });
    const lines = changes.flatMap(({ address, set }, index) => {
      const found = functions.get(address);
      const words = wordsOf(set);
      if (!found || isVifError(found) || words.length === 0) return [];
      const name = `${found.pf} vf ${found.index}`;
      return [{ index, name, line: `link set dev ${name} ${words.join(' ')}` }];
    });
    const complaints = await runIpBatch(
      lines.map(({ line }) => line),
      this.#rootHelper,
      signal,
    );
    for (const [i, { index, name }] of lines.entries()) {
      outcomes[index] = linkOutcome({ op: 'set', name, attributes: {} }, complaints[i]);
    }
    return outcomes;
  }
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
