import { VifError } from '@vifkit/core';
import {
  type DeviceBackend,
  filterName,
  type GuestContext,
  type HostCapabilities,
  networkMtu,
  type VirtualPort,
} from '@vifkit/core/nova';
import {
  classNameOf,
  requireField,
  type VIFBase,
  VIFBridge,
  VIFDirect,
  VIFGeneric,
  VIFHostDevice,
  VIFOpenVSwitch,
  VIFPortProfile8021Qbg,
  VIFPortProfile8021Qbh,
  VIFPortProfileOpenVSwitch,
  VIFVHostUser,
} from '@vifkit/core/os-vif';
import type { InterfaceSource } from './device-config.js';
import { supports } from './libvirt-version.js';

/**
 * The host side of an os-vif object, by its class and port profile.
 * @throws VifError UNSUPPORTED_CONFIG for a class or port profile without a device, INVALID_VIF for an object that
 *   lacks a field that its device needs
 */
export function objectBackend(vif: VIFBase, context: GuestContext): DeviceBackend {
  if (vif instanceof VIFBridge) {
    const own = context.makesTap && vif.plugin === 'linux_bridge';
    return own ? { ...tap(vif), managed: false } : bridge(vif, context);
  }
  if (vif instanceof VIFOpenVSwitch) return openVSwitch(vif);
  if (vif instanceof VIFGeneric) return { ...tap(vif), ...(context.makesTap && { managed: false }) };
  if (vif instanceof VIFVHostUser) return vhostUser(vif);
  if (vif instanceof VIFDirect) return direct(vif);
  if (vif instanceof VIFHostDevice) return hostDevice(vif, context);
  throw unsupported(
    vif,
    `VIFs of class ${classNameOf(vif)}`,
    `use a VIFBridge, VIFOpenVSwitch, VIFGeneric, VIFVHostUser, VIFDirect or VIFHostDevice, or only plug it and write the card's XML yourself`,
  );
}

function bridge(vif: VIFBridge, { instance, hostFilters }: GuestContext): DeviceBackend {
  const hostHasToFilter = hostFilters && !vif.has_traffic_filtering;
  return {
    type: 'bridge',
    bridge: requireField(vif, 'bridge_name', vif.id),
    target: requireField(vif, 'vif_name', vif.id),
    ...(hostHasToFilter && { filter: filterName(instance, requireField(vif, 'address', vif.id)) }),
    ...mtuOf(vif),
    bandwidth: true,
  };
}

function openVSwitch(vif: VIFOpenVSwitch): DeviceBackend {
  const profile = vif.port_profile;
  if (!(profile instanceof VIFPortProfileOpenVSwitch)) {
    throw unsupported(
      vif,
      `a VIFOpenVSwitch with ${profile ? `a ${classNameOf(profile)}` : 'no port profile'}`,
      'give it a VIFPortProfileOpenVSwitch',
    );
  }
  // The plugin makes the tap too, or it adds the port itself, so libvirt must not.
  if (profile.create_tap) return { ...tap(vif), managed: false, multiQueue: profile.multiqueue };
  if (profile.create_port) return tap(vif);
  return {
    type: 'bridge',
    bridge: requireField(vif, 'bridge_name', vif.id),
    target: requireField(vif, 'vif_name', vif.id),
    virtualPort: {
      type: 'openvswitch',
      parameters: { interfaceid: requireField(profile, 'interface_id', vif.id) },
    },
    ...mtuOf(vif),
    bandwidth: true,
  };
}

function tap(vif: VIFGeneric | VIFOpenVSwitch | VIFBridge): Extract<DeviceBackend, { type: 'ethernet' }> {
  const target = requireField(vif, 'vif_name', vif.id);
  return { type: 'ethernet', target, ...mtuOf(vif), bandwidth: true };
}

// libvirt limits the bandwidth only of bridge, ethernet and direct interfaces, on the tap or macvtap.
function vhostUser(vif: VIFVHostUser): DeviceBackend {
  return {
    type: 'vhostuser',
    path: requireField(vif, 'path', vif.id),
    mode: requireField(vif, 'mode', vif.id),
    ...(vif.vif_name !== undefined && { target: vif.vif_name }),
    bandwidth: false,
  };
}

// Without a VLAN device, the lower link is that of a PCI address, which can only be found by querying the host.
function direct(vif: VIFDirect): DeviceBackend {
  return {
    type: 'direct',
    source: requireField(vif, 'vlan_name', vif.id),
    mode: requireField(vif, 'mode', vif.id),
    ...(vif.vif_name !== undefined && { target: vif.vif_name }),
    ...switchPort(vif),
    bandwidth: true,
  };
}

function hostDevice(vif: VIFHostDevice, { vnicType, vdpaDevice, host }: GuestContext): DeviceBackend {
  if (vnicType === 'vdpa') {
    const isOf = "the vNIC type 'vdpa'";
    if (vdpaDevice === undefined) {
      throw unsupported(
        vif,
        `${isOf} without a vDPA device`,
        'make one (`vdpa dev add`), and load vhost_vdpa',
      );
    }
    if (!supports(host, 'vDPA')) {
      throw unsupported(vif, `${isOf} before libvirt 6.9`, "update libvirt, or use the vNIC type 'direct'");
    }
    return { type: 'vdpa', device: vdpaDevice, bandwidth: false };
  }
  const pciAddress = requireField(vif, 'dev_address', vif.id);
  if (requireField(vif, 'dev_type', vif.id) === 'generic') return { type: 'pci', pciAddress };
  return { type: 'hostdev', pciAddress, model: null, driver: null, ...switchPort(vif), bandwidth: false };
}

function mtuOf(vif: VIFBase): { readonly mtu?: number } {
  const mtu = networkMtu(vif);
  return mtu === undefined ? {} : { mtu };
}

function unsupported({ id }: VIFBase, what: string, remedy: string): VifError {
  const text = `There is no libvirt configuration for ${what}: ${remedy}`;
  return new VifError('UNSUPPORTED_CONFIG', text, { vifId: id });
}

/**
 * What a physical switch learns about the guest from an object's port profile, if it is such a profile.
 * @throws VifError INVALID_VIF for a profile that lacks a parameter which the switch needs
 */
export function switchPort({ id, port_profile: profile }: VIFBase): { readonly virtualPort?: VirtualPort } {
  if (profile instanceof VIFPortProfile8021Qbg) {
    const { instance_id } = profile;
    const parameters = {
      managerid: String(requireField(profile, 'manager_id', id)),
      typeid: String(requireField(profile, 'type_id', id)),
      typeidversion: String(requireField(profile, 'type_id_version', id)),
      ...(instance_id !== undefined && { instanceid: instance_id }),
    };
    return { virtualPort: { type: '802.1Qbg', parameters } };
  }
  if (profile instanceof VIFPortProfile8021Qbh) {
    const parameters = { profileid: requireField(profile, 'profile_id', id) };
    return { virtualPort: { type: '802.1Qbh', parameters } };
  }
  return {};
}

/** A backend that is an `<interface>`. */
export type InterfaceBackend = Exclude<DeviceBackend, { type: 'pci' }>;

/** What libvirt connects the interface to. */
export function sourceOf(backend: InterfaceBackend, host: HostCapabilities): InterfaceSource {
  switch (backend.type) {
    case 'bridge':
      return { type: 'bridge', bridge: backend.bridge };
    case 'ethernet':
      // Without a script, libvirt before 1.3.3 runs QEMU's own, which joins the tap to a bridge. Later ones
      // run none, and their schema refuses the empty path.
      return supports(host, 'taps without a script')
        ? { type: 'ethernet' }
        : { type: 'ethernet', script: '' };
    case 'vhostuser':
      return { type: 'vhostuser', path: backend.path, mode: backend.mode };
    case 'direct':
      return { type: 'direct', link: backend.source, mode: backend.mode };
    case 'vdpa':
      return { type: 'vdpa', device: backend.device };
    case 'hostdev':
      return { type: 'hostdev', pciAddress: backend.pciAddress };
  }
}

/** The host's name for the interface, and whether libvirt does not manage it. */
export function targetOf(
  backend: InterfaceBackend,
  host: HostCapabilities,
): { readonly target: string | undefined; readonly unmanaged: boolean } {
  const target = 'target' in backend ? backend.target : undefined;
  const others = backend.type === 'ethernet' && backend.managed === false;
  return { target, unmanaged: others && supports(host, 'taps of others') };
}
