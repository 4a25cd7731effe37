import { field } from '../schema/field.js';
import { versionedObject } from './registry.js';
import type { FieldsOf } from './versioned-object.js';
import { VIFPortProfileBase } from './vif-port-profile-base.js';

/**
 * What Open vSwitch needs to know of a port. Version 1.1 added `datapath_type`, 1.2 the base's
 * `datapath_offload`, 1.3 `create_port`, 1.4 `create_tap` and `multiqueue`.
 */
@versionedObject({
  name: 'VIFPortProfileOpenVSwitch',
  version: '1.4',
  builtOn: { '1.0': '1.0', '1.2': '1.1' },
})
export class VIFPortProfileOpenVSwitch extends VIFPortProfileBase {
  /** Names the port to the network service: `external_ids:iface-id`. */
  @field.uuid()
  declare readonly interface_id?: string;

  @field.text()
  declare readonly profile_id?: string;

  /** The bridge's datapath: `system` (kernel) or `netdev` (userspace). */
  @field.text({ nullable: true, since: '1.1' })
  declare readonly datapath_type?: string | null;

  /** Whether the plugin adds the port to the bridge, rather than libvirt. */
  @field.boolean({ default: false, since: '1.3' })
  declare readonly create_port: boolean;

  /** Whether the plugin makes the tap device. */
  @field.boolean({ default: false, since: '1.4' })
  declare readonly create_tap: boolean;

  /** Whether that tap device has several queues. */
  @field.boolean({ default: false, since: '1.4' })
  declare readonly multiqueue: boolean;

  declare protected readonly nominal: unknown;

  constructor(fields: FieldsOf<VIFPortProfileOpenVSwitch>) {
    super(fields);
  }
}
