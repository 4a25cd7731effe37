import { field } from '../schema/field.js';
import { hasInstance, nameKind } from '../schema/kinds.js';
import { NetworkModel } from './network-model.js';
import { VifDetails } from './vif-details.js';
import { VifProfile } from './vif-profile.js';

/**
 * A VIF as Nova's network model has it, and writes it into its database (`network_info`). Nova writes null
 * for what is not known; here it is left out.
 */
export class NetworkVif {
  /** As for versioned objects: another copy of this package may have made it. */
  static readonly [Symbol.hasInstance] = hasInstance;

  /** The port's id in the network service. */
  @field.uuid({ required: true })
  declare readonly id: string;

  /** The guest's MAC address. */
  @field.mac({ required: true })
  declare readonly address: string;

  /** The VIF type: `ovs`, `bridge`, `vhostuser`, ... It is missing while Neutron has not bound the port. */
  @field.text()
  declare readonly type?: string;

  /** `normal`, `direct`, `macvtap`, `direct-physical`, `virtio-forwarder`, ... */
  @field.text({ initial: () => 'normal' })
  declare readonly vnic_type: string;

  /** The name that the host's device is to have. */
  @field.linkName()
  declare readonly devname?: string;

  /** The port's id in Open vSwitch, where it is not {@link id}. */
  @field.uuid()
  declare readonly ovs_interfaceid?: string;

  @field.object(() => NetworkModel, { initial: () => ({}) })
  declare readonly network: NetworkModel;

  @field.object(() => VifDetails, { initial: () => ({}) })
  declare readonly details: VifDetails;

  @field.object(() => VifProfile, { initial: () => ({}) })
  declare readonly profile: VifProfile;

  @field.boolean({ initial: () => false })
  declare readonly active: boolean;

  @field.boolean({ initial: () => false })
  declare readonly preserve_on_delete: boolean;

  /** The os-vif plugin adds the port to the switch, rather than the hypervisor. */
  @field.boolean({ initial: () => false })
  declare readonly delegate_create: boolean;

  /** The parameters of an 802.1Qbg virtual port: `managerid`, `typeid`, `typeidversion`, `instanceid`. */
  @field.strings({ plain: true })
  declare readonly qbg_params?: Readonly<Record<string, string>>;

  /** The parameters of an 802.1Qbh virtual port: `profileid`. */
  @field.strings({ plain: true })
  declare readonly qbh_params?: Readonly<Record<string, string>>;

  @field.map({ initial: () => ({}) })
  declare readonly meta: Readonly<Record<string, unknown>>;
}

nameKind(NetworkVif, 'nova.VIF');
