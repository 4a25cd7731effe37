import { describe, expect, it } from 'vitest';
import { linuxBridge, request, start } from './start.js';

// The kernel lets a card open a tap only with the queue mode that the tap was made with.

/** A request for each kind of VIF whose tap the plug makes. */
const kinds: Readonly<Record<string, object>> = {
  tap: request(1, {}, { type: 'tap' }),
  midonet: request(1, {}, { type: 'midonet' }),
  iovisor: request(1, {}, { type: 'iovisor' }),
  ivs: request(1, {}, { type: 'ivs' }),
  vrouter: request(1, {}, { type: 'vrouter' }),
  'bridge in a VLAN': linuxBridge(1, { vlan: 5 }),
  'bridge with trunks': linuxBridge(1, { trunk_vlans: [10, 20] }),
  'bridge, isolated': linuxBridge(1, { isolated: true }),
};

const guests = ['kvm', 'qemu', 'lxc'].flatMap((virt_type) =>
  ['virtio', 'e1000'].flatMap((hw_vif_model) =>
    ['false', 'true'].flatMap((hw_vif_multiqueue_enabled) =>
      [1, 4].map((vcpus) => ({ virt_type, hw_vif_model, hw_vif_multiqueue_enabled, vcpus })),
    ),
  ),
);

describe.each(Object.keys(kinds))('the tap of a VIF of type %s', (kind) => {
  it.each(guests)('has the queue mode of its card: %j', async ({ virt_type, vcpus, ...properties }) => {
    const { driver } = start({ links: [{ name: 'br-lan', type: 'bridge' }] });
    const given = { ...kinds[kind], host: { virt_type }, flavor: { vcpus }, image: { properties } };
    const config = await driver.config(given).catch(() => undefined);
    const { steps } = await driver.plan(given);
    const made = steps.flatMap(({ step }) =>
      step.kind === 'link' && step.create?.type === 'tap' ? [step.create.multiQueue ?? false] : [],
    );
    const cardHasQueues = config && /queues="([2-9]|\d\d+)"/.test(config.device.toXml());
    expect(made).toEqual([cardHasQueues ?? false]);
  });
});
