import type { Primitive } from '../os-vif/version.js';
import type { VIFBase } from '../os-vif/vifs.js';
import type { NetworkVif } from './network-model.js';
import type { Routing, VifRequest } from './request.js';

/** JSON of which nothing is known yet: it is read, and refused if it will not do. */
export type UnreadJson = unknown;

/**
 * A VIF as Nova's network model has it, before it is read. Null says the same as absence. Nova's have more than is of use
 * here: other keys are passed over.
 */
export interface NetworkVifInput {
  /** The port's id in the network service: a UUID. */
  readonly id: string;
  /** The guest's MAC address. */
  readonly address: string;
  /** `ovs`, `bridge`, `vhostuser`, ... */
  readonly type?: string | null;
  /** `normal` unless given; `direct`, `macvtap`, `direct-physical`, `virtio-forwarder`, ... */
  readonly vnic_type?: string | null;
  /** The name that the host's device is to have. */
  readonly devname?: string | null;
  /** What Open vSwitch calls the port (`external_ids:iface-id`), where that is not the VIF's id. */
  readonly ovs_interfaceid?: string | null;
  /** The network that the port is in. */
  readonly network?: NetworkInput | null;
  /** Neutron's `binding:vif_details`. */
  readonly details?: object | null;
  /** Neutron's `binding:profile`. */
  readonly profile?: object | null;
  /** Whether the guest's card starts out connected. */
  readonly active?: boolean | null;
  /** Whether the port is to outlive its guest. */
  readonly preserve_on_delete?: boolean | null;
  readonly delegate_create?: boolean | null;
  /** The parameters of an 802.1Qbg port: manager, type, type's version, instance. */
  readonly qbg_params?: object | null;
  /** The parameters of an 802.1Qbh port: its profile. */
  readonly qbh_params?: object | null;
  readonly meta?: object | null;
  readonly [key: string]: UnreadJson;
}

/** The network of such a VIF. */
export interface NetworkInput {
  /** Its id in the network service: a UUID. */
  readonly id?: string | null;
  /** The bridge of this network on the host. */
  readonly bridge?: string | null;
  /** What people call it. */
  readonly label?: string | null;
  /** Its subnets, with the addresses that the VIF has in each. */
  readonly subnets?: readonly object[] | null;
  readonly meta?: object | null;
  readonly [key: string]: UnreadJson;
}

/** A VIF as a request may have it: an os-vif object, its wire form, or a VIF of Nova's network model. */
export type VifInput = VIFBase | Primitive | NetworkVif | NetworkVifInput;

/** The virtual machine that a VIF belongs to. */
export interface InstanceInput {
  /** A UUID. */
  readonly uuid: string;
  /** The name that the hypervisor knows it by. */
  readonly name?: string | null;
  readonly project_id?: string | null;
  readonly display_name?: string | null;
}

/** A request before it is read, as `parseRequest` and the driver take it. A key that is not here is refused. */
export interface VifRequestInput {
  /** The request's own id; the VIF's unless given. */
  readonly id?: string | null;
  /** The VIF that it is about. */
  readonly vif: VifInput;
  /** The virtual machine that the VIF belongs to. */
  readonly instance: InstanceInput;
  /** How many processors the guest has, and its extra specs, as in `hw:vif_multiqueue_enabled`. */
  readonly flavor?: {
    readonly vcpus?: number | null;
    readonly extra_specs?: object | null;
  } | null;
  /** The image's properties, as in `hw_vif_model`. */
  readonly image?: {
    readonly properties?: object | null;
  } | null;
  /** Facts of the host that decide on the guest's side of an interface. */
  readonly host?: object | null;
  /** Whether the host filters the traffic of VIFs that the network service does not filter. */
  readonly firewall?: 'noop' | 'iptables' | null;
  /** The same, as `parseRequest` tells it. */
  readonly hostFilters?: boolean | null;
  /** Whose rules answer it. */
  readonly routing?: Routing | null;
}

/**
 * What a function takes for a request of type `R`: an object, whose keys are a request's, and whose values are not known to
 * be wrong. What the compiler knows nothing of (`unknown`) is taken as it is, and read.
 */
export type RequestOf<R> = Fitting<R, Keys>;

/** Besides a request's own, those that rows of the conformance vectors have, which are passed over. */
type Keys = Omit<VifRequestInput, 'vif'> & {
  readonly vif: NetworkVifInput;
  readonly op?: UnreadJson;
  readonly expect?: UnreadJson;
  readonly reference_commands?: UnreadJson;
};

/** `R` itself where nothing is wrong with it, else what is wanted in its place. */
type Fitting<R, Wanted> = unknown extends R ? R : FittingEach<R, Wanted>;

type FittingEach<R, Wanted> = R extends VifRequest | VIFBase | Primitive | undefined | null
  ? R
  : R extends string
    ? FittingText<R, Wanted>
    : R extends readonly unknown[]
      ? R extends Wanted
        ? R
        : Wanted
      : R extends object
        ? object extends Wanted
          ? R
          : {
              readonly [K in keyof R]: K extends keyof Wanted
                ? Fitting<R[K], NonNullable<Wanted[K]>>
                : OtherKey<R, K>;
            }
        : R extends Wanted
          ? R
          : Wanted;

/** Any text may be one of those that are wanted, if some are. */
type FittingText<R, Wanted> = R extends Wanted
  ? R
  : string extends R
    ? [Extract<Wanted, string>] extends [never]
      ? Wanted
      : R
    : Wanted;

/** A key that is not a request's is never right; one of any name may be. */
type OtherKey<R, K extends keyof R> = string extends K ? R[K] : never;
