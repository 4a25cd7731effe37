import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { hostFacts } from '../src/facts.js';
import type { LinkState } from '../src/links/link-state.js';
import type { LinkTable } from '../src/links/link-table.js';
import { SysfsTree } from './sysfs/sysfs-tree.js';

/** Links whose MTU tells how often they were read. */
class CountedLinks implements LinkTable {
  reads = 0;
  failure: Error | undefined;

  async read(): Promise<ReadonlyMap<string, LinkState>> {
    this.reads += 1;
    if (this.failure) throw this.failure;
    const common = { type: '', up: true, mtu: this.reads, address: '', promisc: false };
    return new Map(['eth0', 'eth1'].map((name) => [name, { name, ...common }]));
  }
  write = async () => [];
  close = async () => {};
}

let sysfs: SysfsTree;
beforeEach(async () => {
  sysfs = await SysfsTree.make();
  await sysfs.addFunction('0000:03:00.0', { ens79: '' });
  await sysfs.addVirtual('0000:03:00.0', 2, '0000:03:00.3', 'ens79v2');
});
afterEach(() => sysfs.remove());

describe('the facts of a host', () => {
  it('are read once for questions that are asked together, and anew for those after', async () => {
    const facts = hostFacts(new CountedLinks(), sysfs.root);
    const together = ['eth0', 'eth1', 'eth0', 'none'].map((name) => facts.linkMtu(name));
    expect(await Promise.all(together)).toEqual([1, 1, 1, undefined]);
    expect(await facts.linkMtu('eth0')).toBe(2);
  });

  it('fail all questions of a reading that fails, and no others', async () => {
    const links = new CountedLinks();
    const facts = hostFacts(links, sysfs.root);
    links.failure = new Error('no ip');
    const answers = await Promise.allSettled([facts.linkMtu('eth0'), facts.linkMtu('eth1')]);
    expect(answers.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    links.failure = undefined;
    expect(await facts.linkMtu('eth0')).toBe(2);
  });

  it('tell of PCI functions', async () => {
    const facts = hostFacts(new CountedLinks(), sysfs.root);
    const [virtual, physical, none, device] = await Promise.all([
      facts.virtualFunction('0000:03:00.3'),
      facts.virtualFunction('0000:03:00.0'),
      facts.virtualFunction('0000:04:00.0'),
      facts.pciNetDevice('0000:03:00.0'),
    ]);
    expect(virtual).toEqual({ pf: 'ens79', index: 2, netDevice: 'ens79v2' });
    expect([physical, none]).toEqual([undefined, undefined]);
    expect(device).toBe('ens79');
  });
});
