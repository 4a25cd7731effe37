import { type LegacyDriver, legacyDriver, type Plan, VifError } from '@vifkit/core';
import type { Leg } from '@vifkit/core/connection';
import { type DeviceBackend, type NetworkVif, requireKeys } from '@vifkit/core/nova';

/** VIF type `802.1qbg`: a macvtap in VEPA mode, for which libvirt registers with the switch by VSI discovery. */
@legacyDriver({
  type: '802.1qbg',
  needs: [
    { kind: 'module', name: 'macvtap', from: "the kernel's module macvtap" },
    { kind: 'program', name: 'lldpad', from: 'lldpad' },
  ],
})
export class QbgDriver implements LegacyDriver {
  config(vif: NetworkVif): DeviceBackend {
    const { managerid, typeid, typeidversion, instanceid } = requireKeys(
      vif,
      'qbg_params',
      'managerid',
      'typeid',
      'typeidversion',
      'instanceid',
    );
    return {
      type: 'direct',
      source: networkInterface(vif),
      mode: 'vepa',
      virtualPort: { type: '802.1Qbg', parameters: { managerid, typeid, typeidversion, instanceid } },
      bandwidth: true,
    };
  }

  /** libvirt does it all when the guest starts. */
  plug(): Plan {
    return [];
  }

  path(vif: NetworkVif): Leg[] {
    const { interface: name } = vif.network.meta;
    if (name === undefined) return []; // `config` refuses it
    return [
      { kind: 'macvtap', name, mac: vif.address, mode: 'vepa' },
      { kind: 'uplink', name },
    ];
  }

  unplug(): Plan {
    return [];
  }
}

function networkInterface(vif: NetworkVif): string {
  const link = vif.network.meta.interface;
  if (link !== undefined) return link;
  const text = 'vif.network.meta.interface is missing, and this VIF type needs it';
  throw new VifError('INVALID_VIF', text, { vifId: vif.id });
}
