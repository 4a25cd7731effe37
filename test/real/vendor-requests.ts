const instance = {
  uuid: 'c1ae9d56-bf70-4152-9364-e5f607182905',
  project_id: 'f5d29206f335fedf6bfcc845aaf7bb22',
  display_name: 'web',
};
const network = { id: '5e709cb3-6d8f-41a2-b3d4-e5f607182905', meta: { physical_network: 'fabric1' } };
const ids = { id: '9d4cb17e-516f-4081-92a3-34d5e6f70805', address: 'fa:16:3e:30:00:05' };
const { id, address } = ids;
const tap = 'tap9d4cb17e-51';
const pci_slot = '0000:3b:00.2';

const request = (type: string) => ({
  vif: { ...ids, type, devname: tap, network, profile: { pci_slot } },
  instance,
});
const gateway = (...args: string[]) => ['ifc_ctl', 'gateway', ...args];

/** It takes two commands to plug it. */
export const ioVisor = {
  tool: 'ifc_ctl',
  from: 'PLUMgrid',
  request: request('iovisor'),
  links: [tap],
  plug: [
    gateway('add_port', tap),
    gateway('ifup', tap, 'access_vm', id, address, `pgtag2=${network.id}`, `pgtag1=${instance.project_id}`),
  ],
  unplug: [gateway('ifdown', tap), gateway('del_port', tap)],
};

/** VIFs that are plugged by tools of vendors', and how the tools are called. */
export const vendorVifs = [
  {
    tool: 'mm-ctl',
    from: 'MidoNet',
    request: request('midonet'),
    links: [tap],
    plug: [['mm-ctl', '--bind-port', id, tap]],
    unplug: [['mm-ctl', '--unbind-port', id]],
  },
  {
    tool: 'vrouter-port-control',
    from: 'Contrail',
    request: request('vrouter'),
    links: [tap],
    plug: [
      [
        'vrouter-port-control',
        `--oper=add --uuid=${id} --instance_uuid=${instance.uuid} --vn_uuid=${network.id} ` +
          `--vm_project_uuid=${instance.project_id} --ip_address=0.0.0.0 --ipv6_address=None ` +
          `--vm_name=web --mac=${address} --tap_name=${tap} --port_type=NovaVMPort ` +
          '--tx_vlan_id=-1 --rx_vlan_id=-1',
      ],
    ],
    unplug: [['vrouter-port-control', `--oper=delete --uuid=${id}`]],
  },
  ioVisor,
  {
    tool: 'ebrctl',
    from: 'Mellanox',
    request: request('ib_hostdev'),
    links: [],
    plug: [['ebrctl', 'add-port', address, instance.uuid, 'fabric1', 'ib_hostdev', pci_slot]],
    unplug: [['ebrctl', 'del-port', 'fabric1', address]],
  },
];
