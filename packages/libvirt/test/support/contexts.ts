import type { Flavor, GuestContext, HostCapabilities, Routing } from '@vifkit/core/nova';

interface Given {
  readonly host?: Partial<HostCapabilities>;
  readonly flavor?: Partial<Flavor>;
  readonly image?: Readonly<Record<string, string>>;
  readonly hostFilters?: boolean;
  readonly routing?: Routing;
  readonly vnicType?: string;
}

/** A guest on a current KVM host, by the rules of Nova 14, with what a test says otherwise. */
export function guestContext(given: Given = {}): GuestContext {
  const { host, flavor, image, hostFilters, routing, vnicType } = given;
  return {
    instance: {
      uuid: 'b3f4ad0c-9b7a-4a4e-8f43-1f8ce2d9a6d1',
      name: 'instance-00000001',
      project_id: '7c9d6f4e8a3b4f0c9f3f5f1b2f0d6a11',
      display_name: 'web-1',
    },
    flavor: { vcpus: 2, extra_specs: {}, ...flavor },
    image: { properties: image ?? {} },
    host: {
      virt_type: 'kvm',
      use_virtio_for_bridges: true,
      kernel_release: '6.1.0',
      libvirt_version: [9, 0, 0],
      ...host,
    },
    hostFilters: hostFilters ?? false,
    routing: routing ?? 'newton',
    ...(vnicType !== undefined && { vnicType }),
  };
}
