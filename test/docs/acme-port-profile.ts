import { type NetworkVif, vendorDetails } from '@vifkit/core/nova';
import { type FieldsOf, field, VIFPortProfileBase, versionedObject } from '@vifkit/core/os-vif';

/** Version 1.1 added `mirrored`. */
@versionedObject({ name: 'VIFPortProfileAcme', namespace: 'acme', version: '1.1' })
export class VIFPortProfileAcme extends VIFPortProfileBase {
  /** The port's lane in the fabric. */
  @field.integer({ min: 1, max: 16, required: true })
  declare readonly lane: number;

  @field.boolean({ default: false, since: '1.1' })
  declare readonly mirrored: boolean;

  constructor(fields: FieldsOf<VIFPortProfileAcme, 'lane'>) {
    super(fields);
  }
}

/** What Acme's mechanism driver puts in Neutron's `binding:vif_details`. */
class AcmeDetails {
  @field.integer({ min: 1, max: 16, digits: true, required: true })
  declare readonly acme_lane: number;
}

/** The profile of a VIF, for a converter. */
export function profileOf(vif: NetworkVif): VIFPortProfileAcme {
  return new VIFPortProfileAcme({ lane: vendorDetails(vif, AcmeDetails).acme_lane });
}
