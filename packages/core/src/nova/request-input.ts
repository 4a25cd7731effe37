import type { Primitive } from '../os-vif/version.js';
import type { VIFBase } from '../os-vif/vifs.js';
import type { NetworkVif } from './network-model.js';
import type { Routing, VifRequest } from './request.js';

/** JSON whose contents are not known yet. It is read, and refused if it is invalid. */
export type UnreadJson = unknown;

/**
 * A VIF of Nova's network model, before it is read. Null means the same as absence. Nova's VIFs have more keys than are
 * needed here; other keys are ignored.
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
  /** The name to give the host's device. */
  readonly devname?: string | null;
  /** The port's id in Open vSwitch (`external_ids:iface-id`), if it differs from the VIF's id. */
  readonly ovs_interfaceid?: string | null;
  /** The network that the port is in. */
  readonly network?: NetworkInput | null;
  /** Neutron's `binding:vif_details`. */
  readonly details?: object | null;
  /** Neutron's `binding:profile`. */
  readonly profile?: object | null;
  /** Whether the guest's card starts out connected. */
  readonly active?: boolean | null;
  /** Whether the port outlives its guest. */
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
  /** Its name. */
  readonly label?: string | null;
  /** Its subnets, with the addresses that the VIF has in each. */
  readonly subnets?: readonly object[] | null;
  readonly meta?: object | null;
  readonly [key: string]: UnreadJson;
}

/** The VIF of a request: an os-vif object, its wire form, or a VIF of Nova's network model. */
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

/** A request before it is read, as `parseRequest` and the driver accept it. Other keys are refused. */
export interface VifRequestInput {
  /** The request's own id; the VIF's unless given. */
  readonly id?: string | null;
  /** The VIF that the request is about. */
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
  /** Facts about the host that determine the guest side of an interface. */
  readonly host?: object | null;
  /** Whether the host filters the traffic of VIFs that the network service does not filter. */
  readonly firewall?: 'noop' | 'iptables' | null;
  /** The same, in the form that `parseRequest` returns. */
  readonly hostFilters?: boolean | null;
  /** The rules to apply. */
  readonly routing?: Routing | null;
}

/**
 * What a function accepts for a request of type `R`: an object that has only a request's keys, and no value that the
 * compiler knows to be wrong. A value of type `unknown` is accepted, and checked when it is read.
 */
export type RequestOf<R> = Fitting<R, Keys>;

/** The keys of a request, and those of the rows of the conformance vectors, which are ignored. */
type Keys = Omit<VifRequestInput, 'vif'> & {
  readonly vif: NetworkVifInput;
  readonly op?: UnreadJson;
  readonly expect?: UnreadJson;
  readonly reference_commands?: UnreadJson;
};

/** `R` itself if nothing is wrong with it, otherwise the type that is wanted instead. */
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

/** A `string` may be one of the wanted literals, if there are any. */
type FittingText<R, Wanted> = R extends Wanted
  ? R
  : string extends R
    ? [Extract<Wanted, string>] extends [never]
      ? Wanted
      : R
    : Wanted;

/** A key that a request does not have is wrong; an index signature may be right. */
type OtherKey<R, K extends keyof R> = string extends K ? R[K] : never;
