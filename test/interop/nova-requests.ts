import fc from 'fast-check';

/** A request as Nova has it, by today's rules, with what it must know of its host. */
export interface NovaRequest {
  readonly vif: Readonly<Record<string, unknown>> & { readonly type: string; readonly vnic_type: string };
  readonly host: { readonly pci: Readonly<Record<string, NovaFunction>> };
}

interface NovaFunction {
  readonly pf_ifname: string;
  readonly vf_ifname: string;
  readonly vf: number;
}

/** The VIF types that Nova serves, and some that it refuses. */
export const vifTypes = [
  ...['bridge', 'ovs', 'vhostuser', 'ivs', 'vrouter', 'agilio_ovs', 'tap', 'hw_veb', 'macvtap'],
  ...['802.1qbg', '802.1qbh', 'midonet', 'iovisor', 'ib_hostdev', 'hostdev_physical'],
  ...['unbound', 'binding_failed', 'distributed', 'mlnx_direct'],
];

const vnicTypes = [
  ...['normal', 'direct', 'macvtap', 'direct-physical', 'virtio-forwarder', 'baremetal', 'smart-nic'],
  ...['accelerator-direct', 'accelerator-direct-physical', 'remote-managed', 'vdpa'],
];

const models = [
  ...['virtio', 'e1000', 'e1000e', 'rtl8139', 'ne2k_pci', 'pcnet', 'netfront', 'vmxnet', 'vmxnet3'],
  ...['spapr-vlan', 'lan9118', 'sriov', 'VirtualE1000'],
];

const kernels = ['2.6.32-71.el6', '3.10.0-327', '4.4.0-21-generic', '4.19.5', '5.10.1', '6.1.0'];

const limits = ['inbound', 'outbound'].flatMap((way) =>
  ['average', 'peak', 'burst'].map((what) => `quota:vif_${way}_${what}`),
);

const pciAddress = fc
  .tuple(fc.integer({ min: 0, max: 255 }), fc.integer({ min: 0, max: 31 }), fc.integer({ min: 0, max: 7 }))
  .map(([bus, slot, number]) => `0000:${hex(bus)}:${hex(slot)}.${number}`);

const macAddress = fc
  .array(fc.integer({ min: 0, max: 255 }), { minLength: 3, maxLength: 3 })
  .map((bytes) => ['fa:16:3e', ...bytes.map(hex)].join(':'));

function hex(value: number): string {
  return value.toString(16).padStart(2, '0');
}

/** An address of Nova's model. */
function addressOf(type: string, version: 4 | 6) {
  const address =
    version === 4 ? fc.ipV4() : fc.integer({ min: 1, max: 65_535 }).map((n) => `2001:db8::${n.toString(16)}`);
  return address.map((text) => ({ address: text, type, version, meta: {} }));
}

const subnet = fc.constantFrom(4 as const, 6 as const).chain((version) => {
  const cidr = version === 4 ? '192.0.2.0/24' : '2001:db8::/64';
  const gateway = fc.option(addressOf('gateway', version));
  const route = {
    cidr: fc.constant(cidr),
    gateway,
    interface: fc.constantFrom(null, 'eth0'),
    meta: fc.constant({}),
  };
  return fc.record({
    cidr: fc.constantFrom(cidr, cidr, null),
    gateway,
    dns: fc.array(addressOf('dns', version), { maxLength: 2 }),
    ips: fc.array(addressOf('fixed', version), { maxLength: 2 }),
    routes: fc.array(fc.record(route), { maxLength: 2 }),
    version: fc.constant(version),
    meta: fc.constant({}),
  });
});

const networkMeta = fc.record(
  {
    mtu: fc.constantFrom(1400, 1450, 1500, 9000),
    should_create_bridge: fc.boolean(),
    should_create_vlan: fc.boolean(),
    vlan: fc.constantFrom(7, 100),
    bridge_interface: fc.constantFrom('eth1', null),
    multi_host: fc.boolean(),
    interface: fc.constant('eth3'),
    physical_network: fc.constant('physnet1'),
    tenant_id: fc.constant('a7d5c7dd'),
    injected: fc.boolean(),
  },
  { requiredKeys: [] },
);

/** What only some types look at; the others must pass over it. */
const details = fc.record(
  {
    port_filter: fc.boolean(),
    ovs_hybrid_plug: fc.boolean(),
    datapath_type: fc.constantFrom('system', 'netdev'),
    connectivity: fc.constantFrom('l2', 'legacy'),
    vhostuser_socket: fc.constant('/var/run/vhost/socket-1'),
    vhostuser_mode: fc.constantFrom('client', 'server'),
    vhostuser_ovs_plug: fc.boolean(),
    vhostuser_fp_plug: fc.boolean(),
    vhostuser_vrouter_plug: fc.boolean(),
    macvtap_source: fc.constantFrom('eth0.5', 'eth0'),
    macvtap_mode: fc.constantFrom('bridge', 'vepa', 'private'),
    physical_interface: fc.constant('eth0'),
    profileid: fc.constant('profile-1'),
    mac_address: macAddress,
  },
  { requiredKeys: [] },
);

const hasVlan = ['hw_veb', 'macvtap'];
const vlanDetails = fc.record({ vlan: fc.constantFrom('0', '7', '100', '4094') }, { requiredKeys: [] });
const noDetails = fc.constant({});

const flavor = fc.record({
  vcpus: fc.constantFrom(1, 2, 3, 8, 9, 16, 255, 257, 300),
  extra_specs: fc.record(
    {
      ...Object.fromEntries(limits.map((key) => [key, fc.integer({ min: 1, max: 10_000 }).map(String)])),
      'hw:vif_multiqueue_enabled': fc.constantFrom('true', 'false', 'True', 'yes', '0'),
      'hw:cpu_policy': fc.constant('dedicated'),
    },
    { requiredKeys: [] },
  ),
});

const image = fc.record({
  properties: fc.record(
    {
      hw_vif_model: fc.oneof(fc.constant('virtio'), fc.constantFrom(...models)),
      hw_vif_multiqueue_enabled: fc.constantFrom('true', 'false', true, false, 'yes', '1'),
      hw_disk_bus: fc.constant('virtio'),
    },
    { requiredKeys: [] },
  ),
});

const qbgParams = {
  managerid: '9',
  typeid: '11',
  typeidversion: '2',
  instanceid: '5c5a2d46-1d8f-4d3a-9d0e-1d1fdc7aebc1',
};

/** Requests for VIFs of a type: valid ones, and ones that lack something. */
export function requestsOf(type: string): fc.Arbitrary<NovaRequest> {
  return fc
    .record({
      id: fc.uuid({ version: 4 }),
      network: fc.uuid({ version: 4 }),
      instance: fc.uuid({ version: 4 }),
      vnicType: fc.oneof(fc.constantFrom('normal', 'direct'), fc.constantFrom(...vnicTypes)),
      slot: pciAddress,
    })
    .chain(({ id, network, instance, vnicType, slot }) =>
      fc.record({
        vif: fc.record(
          {
            id: fc.constant(id),
            address: macAddress,
            type: fc.constant(type),
            vnic_type: fc.constant(vnicType),
            devname: fc.constant(`tap${id.slice(0, 11)}`),
            details: fc
              .tuple(details, hasVlan.includes(type) ? vlanDetails : noDetails)
              .map(([general, special]) => ({ ...general, ...special })),
            profile: fc.record(
              { pci_slot: fc.constant(slot), trusted: fc.constantFrom('true', true, 'false') },
              { requiredKeys: [] },
            ),
            network: fc.record({
              id: fc.constant(network),
              bridge: fc.constantFrom('br-int', `brq${network.slice(0, 11)}`, null),
              label: fc.constantFrom('net', 'näme <x>', null),
              subnets: fc.array(subnet, { maxLength: 2 }),
              meta: networkMeta,
            }),
            qbg_params: fc.constantFrom(qbgParams, qbgParams, null),
            ovs_interfaceid: fc.constantFrom(id, network, null),
            active: fc.boolean(),
            preserve_on_delete: fc.boolean(),
            delegate_create: fc.boolean(),
          },
          {
            requiredKeys: ['id', 'address', 'type', 'vnic_type', 'devname', 'details', 'profile', 'network'],
          },
        ),
        instance: fc.constant({
          uuid: instance,
          name: 'instance-1',
          project_id: 'a7d5c7dd',
          display_name: 'vm',
        }),
        flavor,
        image,
        host: fc.record(
          {
            virt_type: fc.constantFrom('kvm', 'kvm', 'qemu', 'lxc', 'parallels'),
            use_virtio_for_bridges: fc.boolean(),
            kernel_release: fc.constantFrom(...kernels),
            libvirt_version: fc.constant([9, 0, 0]),
            pci: fc.constant({ [slot]: { pf_ifname: 'enp5s0', vf_ifname: 'enp5s0v3', vf: 3 } }),
            rx_queue_size: fc.constantFrom(256, 512, 1024),
            tx_queue_size: fc.constantFrom(256, 512, 1024),
            max_queues: fc.constantFrom(1, 4, 8),
          },
          {
            requiredKeys: ['virt_type', 'use_virtio_for_bridges', 'kernel_release', 'libvirt_version', 'pci'],
          },
        ),
        routing: fc.constant('current'),
      }),
    ) as fc.Arbitrary<NovaRequest>;
}

/** The types of ports whose network has a bridge on the host, or needs none. */
export const portTypes = ['bridge', 'ovs', 'agilio_ovs', 'vhostuser', 'tap', 'midonet'];

/** A port as Neutron's API has it for administrators, and what Nova asks Neutron for besides. */
export interface NovaPort {
  readonly port: Readonly<Record<string, unknown>>;
  readonly network: Readonly<Record<string, unknown>>;
}

const [ipv4Subnet, ipv6Subnet] = ['192.0.2.0/24', '2001:db8::/64'];
const fixedIps = [
  { subnet_id: 'first', ip_address: '192.0.2.7' },
  { subnet_id: 'second', ip_address: '2001:db8::7' },
];

/** Ports of a type: bound, and not always with all that a guest needs. */
export function portsOf(type: string): fc.Arbitrary<NovaPort> {
  return fc
    .record({
      id: fc.uuid({ version: 4 }),
      network: fc.uuid({ version: 4 }),
      instance: fc.uuid({ version: 4 }),
      ips: fc.subarray(fixedIps),
    })
    .chain(({ id, network, instance, ips }) =>
      fc.record({
        port: fc.record({
          id: fc.constant(id),
          network_id: fc.constant(network),
          tenant_id: fc.constant('a7d5c7dd'),
          mac_address: macAddress,
          admin_state_up: fc.boolean(),
          status: fc.constantFrom('ACTIVE', 'DOWN'),
          device_id: fc.constant(instance),
          fixed_ips: fc.constant(ips),
          'binding:vif_type': fc.constant(type),
          'binding:vnic_type': fc.constant('normal'),
          'binding:profile': fc.constantFrom({}, { trusted: 'true' }),
          'binding:vif_details': fc
            .tuple(
              details,
              fc.record(
                { bridge_name: fc.constantFrom('br-trunk', 'tbr-0123456789a') },
                { requiredKeys: [] },
              ),
            )
            .map(([general, special]) => ({ ...general, ...special })),
        }),
        network: fc.record({
          id: fc.constant(network),
          name: fc.constantFrom('net', 'näme <x>'),
          tenant_id: fc.constant('a7d5c7dd'),
          mtu: fc.constantFrom(1450, 1500, 9000),
          'provider:physical_network': fc.constantFrom(null, 'physnet1'),
        }),
        subnets: fc.constant(
          [
            { cidr: ipv4Subnet, ip_version: 4 },
            { cidr: ipv6Subnet, ip_version: 6 },
          ].filter((_, i) => ips.some(({ subnet_id }) => subnet_id === fixedIps[i]?.subnet_id)),
        ),
        instance: fc.constant({ uuid: instance, project_id: 'a7d5c7dd' }),
        flavor: fc.constant({ vcpus: 1, extra_specs: {} }),
        image: fc.constant({ properties: {} }),
        host: fc.constant({
          virt_type: 'kvm',
          use_virtio_for_bridges: true,
          kernel_release: '6.1.0',
          pci: {},
        }),
      }),
    );
}
