import { Deadline } from '@vifkit/engine/time';
import { requireOwnNetwork } from '@vifkit/testkit/bed';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { IpBatch } from '../../src/links/ip/ip-batch.js';
import { IpVfTable } from '../../src/sriov/ip-vf-table.js';
import { SysfsTree } from './sysfs-tree.js';

const address = '0000:c2:00.1';
const soon = () => new Deadline(20_000).signal;
let sysfs: SysfsTree;

beforeAll(async () => {
  requireOwnNetwork();
  await new IpBatch([]).run(['link add name t-pf type bridge'], soon());
  sysfs = await SysfsTree.make();
  await sysfs.addFunction('0000:c2:00.0', { 't-pf': '' });
  await sysfs.addVirtual('0000:c2:00.0', 3, address);
});
afterAll(async () => {
  await new IpBatch([]).run(['link delete dev t-pf'], soon());
  await sysfs.remove();
});

it('finds no virtual functions of a link that has none', async () => {
  const states = await new IpVfTable(sysfs.root).read([address], soon());
  expect(states.get(address)).toMatchObject({
    code: 'PCI_DEVICE_NOT_FOUND',
    message: expect.stringContaining('t-pf lists no virtual function 3'),
  });
});

it('writes lines that ip understands, and reports what the kernel says to them', async () => {
  const all = { mac: '52:54:00:00:00:01', vlan: 9, qos: 3, protocol: '802.1ad', trust: true };
  const changes = [all, { mac: '00:00:00:00:00:00' }, { vlan: 0, trust: false }].map((set) => ({
    address,
    set,
  }));
  for (const outcome of await new IpVfTable(sysfs.root).write(changes, soon())) {
    expect(outcome?.code).toBe('LINK_COMMAND_FAILED');
    expect(outcome?.message).toContain('t-pf vf 3');
    expect(outcome?.message).toContain('Operation not supported');
  }
});
