import { VIFBridge, VIFGeneric } from '@vifkit/core/os-vif';
import { createVifDriver } from '@vifkit/engine';
import { LibvirtGuestConfigurator } from '@vifkit/libvirt';
import { memoryHost } from '@vifkit/testkit';
import { describe, expect, it } from 'vitest';
import ivs from '../src/index.js';
import { current, hybrid, qbr, request, tap } from './request.js';

const start = () => {
  const host = memoryHost();
  return { host, driver: createVifDriver({ host, guests: new LibvirtGuestConfigurator(), plugins: [ivs] }) };
};

describe("a VIF of type ivs, by the rules of today's Nova", () => {
  it.each([
    ['direct', {}, VIFGeneric, { vif_name: tap }],
    ['hybrid', hybrid, VIFBridge, { vif_name: tap, bridge_name: qbr }],
  ])('is converted where it is %s', (_, details, type, fields) => {
    const object = start().driver.convert(current(request(details)));
    expect(object).toBeInstanceOf(type);
    expect(object).toMatchObject({ plugin: 'ivs', ...fields });
  });

  it.each([
    ['direct', {}],
    ['hybrid', hybrid],
  ])('is plugged and unplugged as by those of Nova 14 where it is %s', async (_, details) => {
    const given = request(details, { mtu: 1450 });
    const states = await Promise.all(
      [given, current(given)].map(async (each) => {
        const { host, driver } = start();
        const { steps } = await driver.plan(each);
        await driver.plug(each);
        await driver.unplug(each);
        return { steps, links: host.links.snapshot(), commands: host.commands.log };
      }),
    );
    expect(states[1]).toEqual(states[0]);
    expect(states[1]?.commands).toHaveLength(2);
  });
});
