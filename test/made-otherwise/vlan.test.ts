import { builtInPlugins } from '@vifkit/cli';
import { isVifError } from '@vifkit/core';
import { createVifDriver } from '@vifkit/engine';
import { LibvirtGuestConfigurator } from '@vifkit/libvirt';
import { type MemoryHostOptions, memoryHost } from '@vifkit/testkit';
import { describe, expect, it } from 'vitest';

const id = '4c1fb6f8-21b5-4d5c-9f0a-5a4b0f1d7c01';

/** A VIF upon VLAN 5 of nic0. */
const request = {
  vif: {
    id,
    address: 'fa:16:3e:10:00:01',
    type: 'macvtap',
    devname: 'tap4c1fb6f8-21',
    details: { macvtap_source: 'vlan5', macvtap_mode: 'bridge', physical_interface: 'nic0', vlan: 5 },
    network: { id: '5b0e6f0a-93a1-4c53-8c7e-0d3f1a2b4c01', bridge: 'none', meta: {} },
  },
  instance: { uuid: '0e0f3c4d-1b2a-4c6d-8e9f-a0b1c2d3e401', name: 'instance-00000001' },
};

const plugins = await builtInPlugins();

type Link = NonNullable<MemoryHostOptions['links']>[number];

/** A host where VLAN device vlan5 is there, but not as it would be made. */
function start(own: Partial<Link>, others: readonly Link[] = []) {
  const nics = ['nic0', 'nic1'].map((name) => ({ name, up: true }));
  const vlan5 = { name: 'vlan5', type: 'vlan', mtu: 1400, up: true, address: '02:00:00:00:00:07', ...own };
  const host = memoryHost({ links: [...nics, vlan5, ...others] });
  return { host, driver: createVifDriver({ host, guests: new LibvirtGuestConfigurator(), plugins }) };
}

const otherwise = [
  ['id', { vlan: { link: 'nic0', id: 6 } }, /has the VLAN id '6', not '5'/],
  ['link below', { vlan: { link: 'nic1', id: 5 } }, /has the link below 'nic1', not 'nic0'/],
  ['protocol', { vlan: { link: 'nic0', id: 5, protocol: '802.1ad' } }, /has the VLAN protocol '802.1ad'/],
  ['type', { type: 'bridge' }, /is a Linux bridge, not a VLAN device/],
] as const;

describe('a VLAN device of another kind than it would be made', () => {
  it.each(otherwise)('is refused if it is not ours: by its %s', async (_, own, message) => {
    const { host, driver } = start(own);
    const { steps } = await driver.plan(request);
    expect(steps.find(({ blocked }) => blocked)?.blocked?.message).toMatch(message);
    const failure = await driver.plug(request).catch((error: unknown) => error);
    expect(isVifError(failure, 'PLUG_FAILED') && failure.cause).toMatchObject({ code: 'LINK_KIND_MISMATCH' });
    expect(host.writes).toEqual([]);
  });

  it.each(otherwise)('is made anew if it is ours and idle: for its %s', async (_, own) => {
    const { host, driver } = start({ ...own, alias: 'vifkit:shared', users: [id] });
    const { changes } = await driver.plug(request);
    expect(changes.map(({ name }) => name)).toContain('vlan5');
    const { vlan, alias, users, up } = host.links.snapshot().vlan5 ?? {};
    expect({ vlan, alias, users, up }).toEqual({
      vlan: { link: 'nic0', id: 5 },
      alias: 'vifkit:shared',
      users: [id],
      up: true,
    });
    expect((await driver.check(request)).differences).toEqual([]);
    expect((await driver.plug(request)).changes).toEqual([]);
  });

  it.each(otherwise)('is as before when the plug fails that made it anew, for its %s', async (_, own) => {
    const { host, driver } = start({ ...own, alias: 'vifkit:shared' });
    const before = host.snapshot();
    let left = 1;
    host.failAt(({ what }) => what === `note vlan5 ${id}` && left-- > 0);
    await expect(driver.plug(request)).rejects.toMatchObject({ undoFailures: [] });
    expect(host.writes.map(({ what }) => what)).toContain('delete vlan5');
    expect(host.snapshot()).toEqual(before);
  });

  const other = { name: 'other0', type: 'vlan', vlan: { link: 'vlan5', id: 9 } };
  it.each([
    ['a link is on top of it', {}, [other], /links on top of it/],
    ['another VIF uses it', { users: ['another'] }, [], /other users/],
    ['it has an address', { addresses: ['192.0.2.1/24'] }, [], /IP addresses/],
    ['it is in a bridge', { master: 'br0' }, [{ name: 'br0', type: 'bridge' }], /member of br0/],
    ['it was made for one VIF', { alias: 'vifkit:another' }, [], /belongs to VIF another/],
  ])('is refused if %s', async (_, own, others, message) => {
    const vlan = { link: 'nic0', id: 6 };
    const { host, driver } = start({ vlan, alias: 'vifkit:shared', ...own }, others);
    await expect(driver.plug(request)).rejects.toMatchObject({
      cause: {
        code: 'alias' in own ? 'OWNED_BY_OTHER_VIF' : 'LINK_KIND_MISMATCH',
        message: expect.stringMatching(message),
      },
    });
    expect(host.writes).toEqual([]);
  });
});
