import { VifError } from '../errors/vif-error.js';
import { field } from '../fields/field.js';
import { classNameOf } from '../fields/field-spec.js';
import { Network } from './network.js';
import {
  type VIFPortProfile8021Qbg,
  type VIFPortProfile8021Qbh,
  VIFPortProfileBase,
  type VIFPortProfileK8sDPDK,
  type VIFPortProfileOpenVSwitch,
} from './port-profiles.js';
import { registrationsWithin, versionedObject } from './registry.js';
import { type FieldsOf, VersionedObject } from './versioned-object.js';

/**
 * The argument of the constructor of a VIF class that Nova and Kuryr use only with certain port profiles. On the wire,
 * as in os-vif, a VIF may have any.
 */
export type VIFFieldsOf<T extends VIFBase, Profile extends VIFPortProfileBase> = Omit<
  FieldsOf<T, 'id'>,
  'port_profile'
> & { readonly port_profile?: Profile };

/**
 * The base class of all VIFs. os-vif lets every field be unset; here `id` is required, because everything that is made
 * on a host is marked with it.
 */
@versionedObject({ name: 'VIFBase', version: '1.0' })
export class VIFBase extends VersionedObject {
  /** The port's id in the network service. */
  @field.uuid({ required: true })
  declare readonly id: string;

  /** The guest's MAC address. */
  @field.mac({ nullable: true })
  declare readonly address?: string | null;

  /** The network that it is connected to. */
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

  /** Whether the network service filters the traffic, so that the host does not have to. */
  @field.boolean({ default: false })
  declare readonly has_traffic_filtering: boolean;

  /** What its kind of network needs to know about the port. */
  @field.object(() => VIFPortProfileBase, { subclasses: true })
  declare readonly port_profile?: VIFPortProfileBase;

  /** Never set. It makes TypeScript distinguish classes that have the same fields; each class declares its own. */
  declare protected readonly nominal: unknown;

  constructor(fields: FieldsOf<VIFBase, 'id'>) {
    super(fields);
  }
}

/** A port of a Linux bridge that libvirt plugs: `<interface type="bridge">`. */
@versionedObject({ name: 'VIFBridge', version: '1.0' })
export class VIFBridge extends VIFBase {
  /** The tap device. */
  @field.linkName()
  declare readonly vif_name?: string;

  /** The bridge that the guest's tap device joins. */
  @field.linkName()
  declare readonly bridge_name?: string;

  declare protected readonly nominal: unknown;

  constructor(fields: VIFFieldsOf<VIFBridge, VIFPortProfileOpenVSwitch>) {
    super(fields);
  }
}

/** A macvtap device on top of a network device of the host. */
@versionedObject({ name: 'VIFDirect', version: '1.0' })
export class VIFDirect extends VIFBase {
  /** The macvtap device. */
  @field.linkName()
  declare readonly vif_name?: string;

  /** The PCI address of the lower device. */
  @field.pci()
  declare readonly dev_address?: string;

  /** The mode of the macvtap. */
  @field.enum(['vepa', 'passthrough', 'bridge'])
  declare readonly mode?: 'vepa' | 'passthrough' | 'bridge';

  /** The VLAN device between the two. */
  @field.linkName()
  declare readonly vlan_name?: string;

  declare protected readonly nominal: unknown;

  constructor(fields: VIFFieldsOf<VIFDirect, VIFPortProfile8021Qbg | VIFPortProfile8021Qbh>) {
    super(fields);
  }
}

/** A tap device that its plugin makes and connects; libvirt only attaches to it. */
@versionedObject({ name: 'VIFGeneric', version: '1.0' })
export class VIFGeneric extends VIFBase {
  /** The tap device. */
  @field.linkName()
  declare readonly vif_name?: string;

  declare protected readonly nominal: unknown;

  constructor(fields: FieldsOf<VIFGeneric, 'id'>) {
    super(fields);
  }
}

/** A PCI device passed through to the guest: an SR-IOV virtual function, or a whole network card. */
@versionedObject({ name: 'VIFHostDevice', version: '1.0' })
export class VIFHostDevice extends VIFBase {
  /** `ethernet` is libvirt's `<interface type="hostdev">`, `generic` its `<hostdev>`. */
  @field.enum(['ethernet', 'generic'])
  declare readonly dev_type?: 'ethernet' | 'generic';

  /** The PCI address of the device. */
  @field.pci()
  declare readonly dev_address?: string;

  declare protected readonly nominal: unknown;

  constructor(fields: FieldsOf<VIFHostDevice, 'id'>) {
    super(fields);
  }
}

/**
 * A network card of a virtual machine that a Kubernetes pod inside it drives with DPDK (Kuryr). libvirt is not
 * involved.
 */
@versionedObject({ name: 'VIFNestedDPDK', version: '1.0' })
export class VIFNestedDPDK extends VIFBase {
  /** The PCI address of the card, as the virtual machine sees it. */
  @field.pci({ wire: 'text' })
  declare readonly pci_address?: string;

  /** The driver that the card was bound to before, and is bound to again afterwards. */
  @field.text()
  declare readonly dev_driver?: string;

  declare protected readonly nominal: unknown;

  constructor(fields: VIFFieldsOf<VIFNestedDPDK, VIFPortProfileK8sDPDK>) {
    super(fields);
  }
}

/** A port of an Open vSwitch bridge that libvirt plugs. */
@versionedObject({ name: 'VIFOpenVSwitch', version: '1.0' })
export class VIFOpenVSwitch extends VIFBase {
  /** The tap device. */
  @field.linkName()
  declare readonly vif_name?: string;

  /** The integration bridge. */
  @field.linkName()
  declare readonly bridge_name?: string;

  declare protected readonly nominal: unknown;

  constructor(fields: VIFFieldsOf<VIFOpenVSwitch, VIFPortProfileOpenVSwitch>) {
    super(fields);
  }
}

/**
 * A vhost-user port: guest and virtual switch share memory over a Unix socket.
 * Version 1.1 added `vif_name`.
 */
@versionedObject({ name: 'VIFVHostUser', version: '1.1' })
export class VIFVHostUser extends VIFBase {
  /** The port of the virtual switch. */
  @field.linkName({ since: '1.1' })
  declare readonly vif_name?: string;

  /** The Unix socket. */
  @field.socketPath()
  declare readonly path?: string;

  /** QEMU's role: a server makes the socket, a client connects to it. */
  @field.enum(['client', 'server'])
  declare readonly mode?: 'client' | 'server';

  declare protected readonly nominal: unknown;

  constructor(fields: FieldsOf<VIFVHostUser, 'id'>) {
    super(fields);
  }
}

/** The virtual machine that a VIF belongs to. */
@versionedObject({ name: 'InstanceInfo', version: '1.0' })
export class InstanceInfo extends VersionedObject {
  @field.uuid()
  declare readonly uuid?: string;

  /** The name that the hypervisor knows it by. */
  @field.text()
  declare readonly name?: string;

  @field.text()
  declare readonly project_id?: string;

  constructor(fields: FieldsOf<InstanceInfo>) {
    super(fields);
  }
}

/** The names of the classes of VIFs, with those of vendors. */
export function vifClassNames(): string[] {
  const classes = registrationsWithin(VIFBase.prototype, true).filter(({ type }) => type !== VIFBase);
  return classes.map(({ name }) => name);
}

/**
 * The value of a field that a plugin requires.
 * @throws VifError INVALID_VIF if it is unset or null
 */
export function requireField<T extends VersionedObject, K extends Extract<keyof T, string>>(
  object: T,
  name: K,
  vifId?: string,
): NonNullable<T[K]> {
  const value = object[name];
  if (value !== undefined && value !== null) return value;
  throw new VifError('INVALID_VIF', `${classNameOf(object)} has no ${name}`, { vifId });
}
