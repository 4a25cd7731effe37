import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { whenFired } from '@vifkit/engine/time';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { hostFacts } from '../src/facts.js';
import { hostKernelFiles } from '../src/kernel/kernel-files.js';
import type { LinkAddressing } from '../src/links/addresses/link-addresses.js';
import type { LinkState } from '../src/links/link-state.js';
import type { LinkTable } from '../src/links/link-table.js';
import { FileVfJournal } from '../src/records/vf-records.js';
import { SysfsTree } from './sriov/sysfs-tree.js';

// VIFs.
const a = '5a3b8e6c-9d41-4f0a-8c27-1e6f0d9b2a31';

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
  async readAddresses(names: readonly string[]): Promise<ReadonlyMap<string, LinkAddressing>> {
    this.reads += 1;
    const addresses = [{ address: '192.0.2.1/24', options: [] }];
    return new Map(names.flatMap((name) => (name === 'eth0' ? [[name, { addresses, routes: [] }]] : [])));
  }
  present = () => [];
  withSettings = (links: ReadonlyMap<string, LinkState>) => links;
  readFormer = async () => new Map();
  readChecksumOffload = async () => new Map<string, boolean>();
  readRules = async () => [];
  write = async () => [];
  close = async () => {};
}

let sysfs: SysfsTree;
let journal: FileVfJournal;
beforeEach(async () => {
  sysfs = await SysfsTree.make();
  journal = new FileVfJournal(join(sysfs.root, 'state'));
  await sysfs.addFunction('0000:03:00.0', { ens79: '' });
  await sysfs.addVirtual('0000:03:00.0', 2, '0000:03:00.3', 'ens79v2');
});
afterEach(() => sysfs.remove());

describe('the facts of a host', () => {
  it('are read once for questions that are asked together, and anew for those after', async () => {
    const facts = hostFacts(new CountedLinks(), sysfs.root, journal);
    const together = ['eth0', 'eth1', 'eth0', 'none'].map((name) => facts.linkMtu(name));
    expect(await Promise.all(together)).toEqual([1, 1, 1, undefined]);
    expect(await facts.linkMtu('eth0')).toBe(2);
  });

  it('report the addresses of links', async () => {
    const links = new CountedLinks();
    const facts = hostFacts(links, sysfs.root, journal);
    const together = ['eth0', 'eth1'].map((name) => facts.linkAddresses(name));
    expect(await Promise.all(together)).toEqual([['192.0.2.1/24'], []]);
    expect(links.reads).toBe(1);
  });

  it('fail all questions of a reading that fails, and no others', async () => {
    const links = new CountedLinks();
    const facts = hostFacts(links, sysfs.root, journal);
    links.failure = new Error('no ip');
    const answers = await Promise.allSettled([facts.linkMtu('eth0'), facts.linkMtu('eth1')]);
    expect(answers.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    links.failure = undefined;
    expect(await facts.linkMtu('eth0')).toBe(2);
  });

  it('are read no longer once the host is closed, whatever hangs', async () => {
    class HangingLinks extends CountedLinks {
      override read(_: object = {}, signal?: AbortSignal): Promise<ReadonlyMap<string, LinkState>> {
        return new Promise((_, reject) => whenFired(signal as AbortSignal, () => reject(signal?.reason)));
      }
    }
    const closing = new AbortController();
    const facts = hostFacts(new HangingLinks(), sysfs.root, journal, hostKernelFiles, closing.signal);
    const asked = facts.linkMtu('eth0');
    const ended = expect(asked).rejects.toThrow('closed');
    setImmediate(() => closing.abort(new Error('closed')));
    await ended;
  });

  it('report PCI functions', async () => {
    const facts = hostFacts(new CountedLinks(), sysfs.root, journal);
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

  it('report which VIF has a virtual function, as far as it is known', async () => {
    const facts = hostFacts(new CountedLinks(), sysfs.root, journal);
    expect(await facts.vfHolder('0000:03:00.3')).toBeUndefined();
    const former = { mac: '52:54:00:00:00:01', vlan: 0 };
    await journal.record('0000:03:00.3', { vifId: a, former });
    expect(await facts.vfHolder('0000:03:00.3')).toBe(a);
    await writeFile(join(sysfs.root, 'state/vf-0000:03:00.3.json'), 'damaged');
    expect(await facts.vfHolder('0000:03:00.3')).toBeUndefined();
  });
});
