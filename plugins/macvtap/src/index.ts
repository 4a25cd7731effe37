import { type LegacyDriver, legacyDriver, type Plan, type PluginPackage } from '@vifkit/core';
import type { Leg } from '@vifkit/core/connection';
import {
  type DeviceBackend,
  type MacvtapMode,
  type NetworkVif,
  networkMtu,
  requireKeys,
} from '@vifkit/core/nova';
import type { LinkStep } from '@vifkit/core/steps';

/** VIF type `macvtap`: a macvtap that libvirt makes on top of a link of the host, or on top of a VLAN device of it. */
@legacyDriver({
  type: 'macvtap',
  needs: [
    { kind: 'program', name: 'ip', from: 'iproute2' },
    { kind: 'module', name: 'macvtap', from: "the kernel's module macvtap" },
    { kind: 'module', name: '8021q', from: "the kernel's module 8021q" },
  ],
})
export class MacvtapDriver implements LegacyDriver {
  config(vif: NetworkVif): DeviceBackend {
    const { macvtap_source, macvtap_mode } = requireKeys(
      vif,
      'details',
      'macvtap_source',
      'macvtap_mode',
      'physical_interface',
    );
    // Nova overrides the image's model: a macvtap's guest gets virtio.
    return { type: 'direct', source: macvtap_source, mode: macvtap_mode, model: 'virtio', bandwidth: true };
  }

  plug(vif: NetworkVif): Plan {
    const { vlan, macvtap_source } = vif.details;
    if (!vlan) {
      // libvirt makes a macvtap on top of an existing link.
      return macvtap_source === undefined ? [] : [{ kind: 'link', name: macvtap_source, shared: true }];
    }
    const { physical_interface: link } = requireKeys(vif, 'details', 'physical_interface');
    const name = vlanLink(vif, vlan);
    return [
      // The kernel does not set a VLAN device up while its lower link is down (ENETDOWN).
      uplink(link),
      {
        kind: 'link',
        name,
        create: { type: 'vlan', link, id: vlan },
        set: { up: true },
        shared: true,
      },
      { kind: 'linkUser', name, user: vif.id },
    ];
  }

  path(vif: NetworkVif): Leg[] {
    const { vlan, macvtap_source, macvtap_mode: mode, physical_interface: below } = vif.details;
    const name = vlan ? vlanLink(vif, vlan) : macvtap_source;
    if (name === undefined) return [];
    const mtu = networkMtu(vif);
    const sized = mtu === undefined ? {} : { mtu };
    return [
      {
        kind: 'macvtap',
        name,
        mac: vif.address,
        ...(mode !== undefined && { mode: kernelMode(mode) }),
        ...sized,
      },
      { kind: 'uplink', name: vlan && below !== undefined ? below : name, ...sized },
    ];
  }

  /** The VLAN device is removed with the last of its VIFs, if it was made for them. Nova leaves it. */
  unplug(vif: NetworkVif): Plan {
    const { vlan } = vif.details;
    if (!vlan) return [];
    return [{ kind: 'linkUserAbsent', name: vlanLink(vif, vlan), user: vif.id, type: 'vlan' }];
  }
}

function uplink(name: string): LinkStep {
  return { kind: 'link', name, set: { up: true }, shared: true };
}

function kernelMode(mode: MacvtapMode): string {
  return mode === 'passthrough' ? 'passthru' : mode;
}

function vlanLink({ details: { macvtap_source } }: NetworkVif, vlan: number): string {
  return macvtap_source ?? `vlan${vlan}`;
}

/** What the package provides. It is inert until it is given to a driver. */
const macvtap: PluginPackage = { name: '@vifkit/plugin-macvtap', provides: [MacvtapDriver] };
export default macvtap;
