import { describe, expect, it } from 'vitest';
import { pciSlot, qbh } from './request.js';
import { start } from './start.js';

describe('a VIF of type 802.1qbh', () => {
  it('is the function itself for vnic_type direct, which has no model', async () => {
    const { device } = await start().config(qbh('direct'));
    const xml = device.toXml();
    expect(xml).toContain('<interface type="hostdev" managed="yes">');
    expect(xml).toContain('bus="0x96" slot="0x19" function="0x0"');
    expect(xml).toContain('<virtualport type="802.1Qbh">');
    expect(xml).toContain('<parameters profileid="profile-1deed"/>');
    expect(xml).not.toContain('<model');
  });

  it('is else a macvtap on the function’s network device', async () => {
    const netDevice = { pf: 'ens1', index: 0, netDevice: 'ens1v0' };
    const { device } = await start({ pci: { [pciSlot]: netDevice } }).config(qbh('macvtap'));
    const xml = device.toXml();
    expect(xml).toContain('<source dev="ens1v0" mode="passthrough"/>');
    expect(xml).toContain('<driver name="vhost"/>');
    expect(xml).toContain('<model type="virtio"/>');
  });

  it('needs that network device', async () => {
    await expect(start().config(qbh('macvtap'))).rejects.toMatchObject({
      code: 'PCI_DEVICE_NOT_FOUND',
      message: `There is no network device at PCI address ${pciSlot}: correct vif.profile.pci_slot, or bind the device to its network driver`,
    });
  });

  it.each(['', 'p'.repeat(40), 'ä'.repeat(20)])('is refused for the profile %j', async (profileid) => {
    for (const operation of ['config', 'plug'] as const) {
      await expect(start()[operation](qbh('direct', { details: { profileid } }))).rejects.toMatchObject({
        code: 'INVALID_VIF',
        message: /vif\.details\.profileid must be text of 1 to 39 bytes/,
      });
    }
  });

  it.each([
    ['vif.profile.pci_slot', { profile: {} }],
    ['vif.details.profileid', { details: {} }],
  ])('needs %s', async (key, rest) => {
    await expect(start().config(qbh('direct', rest))).rejects.toMatchObject({
      code: 'INVALID_VIF',
      message: `${key} is missing, and this VIF type needs it`,
    });
  });
});
