import { VIFGeneric } from '@vifkit/core/os-vif';

/** The id of the n-th VIF. */
export const vifId = (n: number): string => `9b2d1e63-704c-4c9f-8e1d-${String(n).padStart(12, '0')}`;

export const instance = { uuid: '1f104d5e-2c3b-4d7e-9fa0-b1c2d3e4f502', name: 'instance-00000002' };

const address = 'fa:16:3e:10:00:02';

/** The n-th os-vif object, for this plugin; its tap is `tapN`. */
export function objectVif(n: number, plugin?: string): VIFGeneric {
  return new VIFGeneric({ id: vifId(n), address, vif_name: `tap${n}`, ...(plugin && { plugin }) });
}

/** A request for {@link objectVif}. */
export const objectRequest = (n: number, plugin = 'taps') => ({ vif: objectVif(n, plugin), instance });

/** The n-th VIF of Nova's network model. */
export function modelVif(n: number, type?: string, more: object = {}) {
  return { id: vifId(n), address, devname: `tap${n}`, ...(type !== undefined && { type }), ...more };
}
