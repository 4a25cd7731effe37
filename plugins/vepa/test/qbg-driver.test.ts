import { describe, expect, it } from 'vitest';
import { qbg, qbgParams } from './request.js';
import { start } from './start.js';

describe('a VIF of type 802.1qbg', () => {
  it('is a macvtap in VEPA mode, with its parameters in one element', async () => {
    const flavor = { vcpus: 1, extra_specs: { 'quota:vif_inbound_average': '1000' } };
    const { device } = await start().config({ ...qbg(), flavor });
    const xml = device.toXml();
    expect(xml).toContain('<interface type="direct">');
    expect(xml).toContain('<source dev="eth0" mode="vepa"/>');
    expect(xml).toContain('<virtualport type="802.1Qbg">');
    expect(xml.match(/<parameters /g)).toHaveLength(1);
    for (const [name, value] of Object.entries(qbgParams)) expect(xml).toContain(`${name}="${value}"`);
    expect(xml).toContain('<inbound average="1000"/>');
  });

  it('gives libvirt only the parameters it knows', async () => {
    const { device } = await start().config(qbg({ qbg_params: { ...qbgParams, profileid: 'x' } }));
    expect(device.toXml()).not.toContain('profileid');
  });

  it.each([
    ['managerid', '256'],
    ['typeid', '16777216'],
    ['typeidversion', '0x10'],
    ['instanceid', 'b6c0647a'],
  ])('is refused for a %s of %s, before anything is plugged', async (name, value) => {
    const request = qbg({ qbg_params: { ...qbgParams, [name]: value } });
    for (const operation of ['config', 'plug'] as const) {
      await expect(start()[operation](request)).rejects.toMatchObject({
        code: 'INVALID_VIF',
        message: expect.stringContaining(`vif.qbg_params.${name} must be`),
      });
    }
  });

  it('needs all its parameters', async () => {
    await expect(
      start().config(qbg({ qbg_params: { typeid: '1', typeidversion: '2' } })),
    ).rejects.toMatchObject({
      code: 'INVALID_VIF',
      message:
        'vif.qbg_params.managerid, vif.qbg_params.instanceid are missing, and this VIF type needs them',
    });
  });

  it('needs the link to stand on', async () => {
    await expect(start().config(qbg({ meta: {} }))).rejects.toMatchObject({
      code: 'INVALID_VIF',
      message: 'vif.network.meta.interface is missing, and this VIF type needs it',
    });
  });
});
