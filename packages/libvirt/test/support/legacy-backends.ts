import { type DeviceBackend, filterName } from '@vifkit/core';
import type { ConfigVector } from './vectors.js';

type Answer = (vector: ConfigVector) => DeviceBackend;

/** Linux allows 15 characters; Nova uses 14. */
const NAME_LENGTH = 14;

export const hybridBridge = ({ vif }: ConfigVector) => `qbr${vif.id}`.slice(0, NAME_LENGTH);

const hostHasToFilter = ({ vif, firewall }: ConfigVector) =>
  firewall === 'iptables' && vif.details.port_filter !== true;

export const isHybrid = (vector: ConfigVector) =>
  hostHasToFilter(vector) || vector.vif.details.ovs_hybrid_plug === true;

const tap =
  (bandwidth: boolean): Answer =>
  ({ vif }) => ({ type: 'ethernet', target: vif.devname, managed: false, bandwidth });

const pciSlot = ({ vif }: ConfigVector) => vif.profile?.pci_slot ?? 'none';

const physical: Answer = (vector) => ({ type: 'pci', pciAddress: pciSlot(vector) });

/** A virtual function: given to the guest as it is, or below a macvtap. */
function virtualFunction(vector: ConfigVector): DeviceBackend {
  const pciAddress = pciSlot(vector);
  if (vector.vif.vnic_type === 'direct') {
    return { type: 'hostdev', pciAddress, model: null, bandwidth: true };
  }
  const source = vector.host.pci?.[pciAddress]?.vf_ifname ?? 'none';
  return { type: 'direct', source, mode: 'passthrough', driver: 'vhost', bandwidth: true };
}

function ivs(vector: ConfigVector): DeviceBackend {
  if (!isHybrid(vector)) return tap(false)(vector);
  const { vif, instance } = vector;
  return {
    type: 'bridge',
    bridge: hybridBridge(vector),
    target: vif.devname,
    bandwidth: true,
    ...(hostHasToFilter(vector) && { filter: filterName(instance, vif.address) }),
  };
}

/** What the legacy drivers of the reference answer, by VIF type. */
export const legacyAnswers: Readonly<Record<string, Answer>> = {
  tap: tap(false),
  midonet: tap(false),
  iovisor: tap(true),
  vrouter: tap(true),
  ivs,
  ib_hostdev: physical,
  hostdev_physical: physical,
  '802.1qbg': ({ vif }) => ({
    type: 'direct',
    source: vif.network.meta.interface ?? 'none',
    mode: 'vepa',
    virtualPort: { type: '802.1Qbg', parameters: vif.qbg_params ?? {} },
    bandwidth: true,
  }),
  '802.1qbh': (vector) => ({
    ...virtualFunction(vector),
    virtualPort: { type: '802.1Qbh', parameters: { profileid: String(vector.vif.details.profileid) } },
  }),
  hw_veb: (vector) => {
    const backend = virtualFunction(vector);
    return backend.type === 'hostdev' ? { ...backend, vlan: Number(vector.vif.details.vlan) } : backend;
  },
  macvtap: ({ vif }) => ({
    type: 'direct',
    source: String(vif.details.macvtap_source),
    mode: String(vif.details.macvtap_mode),
    model: 'virtio',
    bandwidth: true,
  }),
  vhostuser: ({ vif }) => ({
    type: 'vhostuser',
    path: String(vif.details.vhostuser_socket),
    mode: vif.details.vhostuser_mode === 'client' ? 'client' : 'server',
    bandwidth: false,
  }),
};
