import type { Network } from '../objects/network.js';
import type { NetworkVif } from './network-vif.js';
import { toNetwork } from './to-network.js';
import { deviceName, isNeutronFiltering } from './vif-facts.js';

/** What all os-vif objects made from VIFs of Nova's network model have in common. */
export interface ConvertedFields {
  readonly id: string;
  readonly address: string;
  readonly network: Network;
  readonly has_traffic_filtering: boolean;
  readonly preserve_on_delete: boolean;
  readonly active: boolean;
  readonly vif_name: string;
}

/**
 * The fields for a converter's object: `new VIFBridge({ ...toVifFields(vif), plugin: '...' })`.
 * @throws VifError INVALID_VIF
 */
export function toVifFields(vif: NetworkVif): ConvertedFields {
  const { id, address, preserve_on_delete, active } = vif;
  return {
    id,
    address,
    network: toNetwork(vif),
    has_traffic_filtering: isNeutronFiltering(vif),
    preserve_on_delete,
    active,
    vif_name: deviceName(vif),
  };
}
