import { field } from '../schema/field.js';
import { Network } from './network.js';
import { versionedObject } from './registry.js';
import { type FieldsOf, VersionedObject } from './versioned-object.js';
import { VIFPortProfileBase } from './vif-port-profile-base.js';

/**
 * What the constructor of a VIF class takes that Nova and Kuryr give certain port profiles only. On the wire, as in
 * os-vif, a VIF may have any.
 */
export type VIFFieldsOf<T extends VIFBase, Profile extends VIFPortProfileBase> = Omit<
  FieldsOf<T, 'id'>,
  'port_profile'
> & { readonly port_profile?: Profile };

/**
 * What all VIFs have in common. os-vif lets every field be unset; here `id` is required, because everything
 * that is made on a host is marked with it.
 */
@versionedObject({ name: 'VIFBase', version: '1.0' })
export class VIFBase extends VersionedObject {
  /** The port's id in the network service. */
  @field.uuid({ required: true })
  declare readonly id: string;

  /** The guest's MAC address. */
  @field.mac({ nullable: true })
  declare readonly address?: string | null;

  @field.object(() => Network, { nullable: true })
  declare readonly network?: Network | null;

  /** The name of the plugin that plugs this VIF. */
  @field.text()
  declare readonly plugin?: string;

  /** Whether the guest's card starts out connected. */
  @field.boolean({ default: true })
  declare readonly active: boolean;

  /** Whether an unplug leaves the host's side in place. */
  @field.boolean({ default: false })
  declare readonly preserve_on_delete: boolean;

  /** Whether the network service filters the traffic, so that the host need not. */
  @field.boolean({ default: false })
  declare readonly has_traffic_filtering: boolean;

  @field.object(() => VIFPortProfileBase, { subclasses: true })
  declare readonly port_profile?: VIFPortProfileBase;

  /** Nothing at all: makes TypeScript tell classes apart that have the same fields. Each class declares its own. */
  declare protected readonly nominal: unknown;

  constructor(fields: FieldsOf<VIFBase, 'id'>) {
    super(fields);
  }
}
