import { type VifConverter, vifConverter } from '@vifkit/core';
import { deviceName, type NetworkVif, toVifFields } from '@vifkit/core/nova';
import { VIFGeneric } from '@vifkit/core/os-vif';

/** Makes os-vif objects from VIFs of the type `__PLUGIN__` of Nova's network model. */
@vifConverter({ type: '__PLUGIN__' })
export class __CLASS__Converter implements VifConverter {
  convert(vif: NetworkVif) {
    return new VIFGeneric({ ...toVifFields(vif), plugin: '__PLUGIN__', vif_name: deviceName(vif) });
  }
}
