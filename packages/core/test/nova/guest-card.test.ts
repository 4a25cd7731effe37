import { describe, expect, it } from 'vitest';
import { type CardContext, requireVirtio, tapQueues } from '../../src/nova/guest-card.js';

interface Given {
  readonly virt_type?: string;
  readonly model?: string;
  readonly asks?: string;
  readonly vcpus?: number;
  readonly kernel_release?: string;
  readonly max_queues?: number;
  readonly use_virtio_for_bridges?: boolean;
  readonly routing?: CardContext['routing'];
  readonly vnicType?: string;
}

function context({ model, asks, vcpus = 4, routing = 'current', vnicType, ...host }: Given): CardContext {
  return {
    flavor: { vcpus, extra_specs: {} },
    image: {
      properties: {
        ...(model !== undefined && { hw_vif_model: model }),
        ...(asks !== undefined && { hw_vif_multiqueue_enabled: asks }),
      },
    },
    host: {
      virt_type: 'kvm',
      use_virtio_for_bridges: true,
      kernel_release: '6.1.0',
      libvirt_version: [9, 0, 0],
      ...host,
    },
    routing,
    ...(vnicType !== undefined && { vnicType }),
  };
}

describe.each(['newton', 'current'] as const)(
  'what a card asks of its tap, by the rules of %s',
  (routing) => {
    it.each<[string, Given, boolean, boolean]>([
      ['several queues, on KVM with several vCPUs', { asks: 'true' }, true, true],
      ['one, where nobody asks for more', {}, false, true],
      ['one, with a single vCPU', { asks: 'true', vcpus: 1 }, false, true],
      ['one, without KVM', { asks: 'true', virt_type: 'qemu' }, false, false],
      ['one, for another card', { asks: 'true', model: 'e1000' }, false, false],
      ['one, where the host has no virtio', { asks: 'true', use_virtio_for_bridges: false }, false, false],
      ['one, upon an old kernel', { asks: 'true', kernel_release: '2.6.32' }, false, false],
      ['one, for a card that cannot be', { asks: 'true', model: 'virtio', virt_type: 'lxc' }, false, false],
      ['one, for a guest of another kind', { asks: 'true', virt_type: 'xen' }, false, false],
    ])('%s', (_, given, multiQueue, canMultiQueue) => {
      expect(tapQueues(context({ ...given, routing }))).toEqual({ multiQueue, canMultiQueue });
    });
  },
);

it("goes by the host's limit, and asks for nothing where no card is emulated, by today's rules", () => {
  const one = { multiQueue: false, canMultiQueue: false };
  expect(tapQueues(context({ asks: 'true', max_queues: 1 }))).toEqual(one);
  expect(tapQueues(context({ asks: 'true', vnicType: 'direct' }))).toEqual(one);
});

describe('a virtio card', () => {
  it('is what most guests have', () => {
    for (const given of [{}, { model: 'VirtIO' }, { virt_type: 'qemu' }, { virt_type: 'parallels' }]) {
      expect(() => requireVirtio(context(given))).not.toThrow();
    }
  });

  it.each<[string, Given]>([
    ['of another model', { model: 'e1000' }],
    ['of a host without virtio', { use_virtio_for_bridges: false }],
    ...['lxc', 'uml', 'xen'].map((virt_type): [string, Given] => [
      virt_type,
      { virt_type, routing: 'newton' },
    ]),
    ['with a device that is passed through', { vnicType: 'direct' }],
  ])('is missing from a guest %s', (_, given) => {
    expect(() => requireVirtio(context(given))).toThrow(
      expect.objectContaining({ code: 'UNSUPPORTED_MODEL' }),
    );
  });
});
