import { field } from '../schema/field.js';
import { versionedObject } from './registry.js';
import type { FieldsOf } from './versioned-object.js';
import { VIFPortProfileBase } from './vif-port-profile-base.js';

/** What Kuryr needs to know of a pod's DPDK port. Version 1.1 added the base's `datapath_offload`. */
@versionedObject({ name: 'VIFPortProfileK8sDPDK', version: '1.1' })
export class VIFPortProfileK8sDPDK extends VIFPortProfileBase {
  /** Whether the port has to be given addresses and routes. */
  @field.boolean()
  declare readonly l3_setup?: boolean;

  /** The URL of the object in Kubernetes' API. */
  @field.text()
  declare readonly selflink?: string;

  /** The version of that object, as Kubernetes names it. */
  @field.text()
  declare readonly resourceversion?: string;

  declare protected readonly nominal: unknown;

  constructor(fields: FieldsOf<VIFPortProfileK8sDPDK>) {
    super(fields);
  }
}
