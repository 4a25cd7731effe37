import { deviceName } from '../../src/nova/network-facts.js';
import type { NetworkVif } from '../../src/nova/network-model.js';
import { VIFGeneric } from '../../src/os-vif/vifs.js';
import type { VifConverter } from '../../src/plugin/contract.js';
import { legacyDriver, vifConverter, vifPlugin } from '../../src/plugin/decorators.js';
import { Idle } from '../plugin/support/idle.js';

/** The id of the n-th VIF. */
export const vifId = (n: number): string => `9b2d1e63-704c-4c9f-8e1d-${String(n).padStart(12, '0')}`;

export const instance = { uuid: '1f104d5e-2c3b-4d7e-9fa0-b1c2d3e4f502', name: 'instance-00000002' };

const address = 'fa:16:3e:10:00:02';

/** The n-th os-vif object, for this plugin. */
export function objectVif(n: number, plugin?: string): VIFGeneric {
  return new VIFGeneric({ id: vifId(n), address, vif_name: `tap${n}`, ...(plugin && { plugin }) });
}

/** The n-th VIF of Nova's network model. */
export function modelVif(n: number, type?: string, more: object = {}) {
  return { id: vifId(n), address, devname: `tap${n}`, ...(type !== undefined && { type }), ...more };
}

@vifPlugin({ name: 'taps' })
export class Taps extends Idle {}

/** VIFs of type `generic` go to the plugin `taps`, unless their vNIC type keeps them on the legacy path. */
@vifConverter({ type: 'generic' })
export class GenericConverter implements VifConverter {
  convert(vif: NetworkVif) {
    if (vif.vnic_type !== 'normal') return undefined;
    return new VIFGeneric({ id: vif.id, address: vif.address, plugin: 'taps', vif_name: deviceName(vif) });
  }
}

@legacyDriver({ type: '802.1qbg' })
export class QbgDriver extends Idle {}

@legacyDriver({ type: 'generic' })
export class GenericDriver extends Idle {}
