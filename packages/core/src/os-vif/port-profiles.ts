import { field } from '../fields/field.js';
import { vsiRanges } from '../fields/values.js';
import { versionedObject } from './registry.js';
import { type FieldsOf, VersionedObject } from './versioned-object.js';

/** The base class of all kinds of datapath offload. It has no fields yet. */
@versionedObject({ name: 'DatapathOffloadBase', version: '1.0' })
export class DatapathOffloadBase extends VersionedObject {
  constructor(fields: FieldsOf<DatapathOffloadBase>) {
    super(fields);
  }
}

/** Traffic is switched in the card (switchdev); a representor represents the virtual function on the host. */
@versionedObject({ name: 'DatapathOffloadRepresentor', version: '1.0' })
export class DatapathOffloadRepresentor extends DatapathOffloadBase {
  /** What to rename the representor to. */
  @field.linkName({ nullable: true })
  declare readonly representor_name?: string | null;

  /** The PCI address of the virtual function. */
  @field.pci({ nullable: true, wire: 'text' })
  declare readonly representor_address?: string | null;

  constructor(fields: FieldsOf<DatapathOffloadRepresentor>) {
    super(fields);
  }
}

/** The base class of all port profiles. Version 1.1 added `datapath_offload`. */
@versionedObject({ name: 'VIFPortProfileBase', version: '1.1' })
export class VIFPortProfileBase extends VersionedObject {
  @field.object(() => DatapathOffloadBase, { nullable: true, subclasses: true, since: '1.1' })
  declare readonly datapath_offload?: DatapathOffloadBase | null;

  /** Never set. It makes TypeScript distinguish classes that have the same fields; each class declares its own. */
  declare protected readonly nominal: unknown;

  constructor(fields: FieldsOf<VIFPortProfileBase>) {
    super(fields);
  }
}

/**
 * What Open vSwitch needs to know about a port. Version 1.1 added `datapath_type`, 1.2 the base's `datapath_offload`,
 * 1.3 `create_port`, 1.4 `create_tap` and `multiqueue`.
 */
@versionedObject({
  name: 'VIFPortProfileOpenVSwitch',
  version: '1.4',
  builtOn: { '1.0': '1.0', '1.2': '1.1' },
})
export class VIFPortProfileOpenVSwitch extends VIFPortProfileBase {
  /** The port's id in the network service: `external_ids:iface-id`. */
  @field.uuid()
  declare readonly interface_id?: string;

  @field.text()
  declare readonly profile_id?: string;

  /** The bridge's datapath: `system` (kernel) or `netdev` (userspace). */
  @field.text({ nullable: true, since: '1.1' })
  declare readonly datapath_type?: string | null;

  /** Whether the plugin, not libvirt, adds the port to the bridge. */
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

/**
 * A representor as an Open vSwitch port, as older peers describe it. It has the same versions as its base class.
 * @deprecated by os-vif: set `datapath_offload` to a DatapathOffloadRepresentor instead
 */
@versionedObject({ name: 'VIFPortProfileOVSRepresentor', version: '1.4' })
export class VIFPortProfileOVSRepresentor extends VIFPortProfileOpenVSwitch {
  /** What to rename the representor to. */
  @field.linkName({ nullable: true })
  declare readonly representor_name?: string | null;

  /** The PCI address of the virtual function. */
  @field.pci({ nullable: true })
  declare readonly representor_address?: string | null;

  declare protected readonly nominal: unknown;

  constructor(fields: FieldsOf<VIFPortProfileOVSRepresentor>) {
    super(fields);
  }
}

/** An Open vSwitch port served by 6WIND's fast path. It has the same versions as its base class. */
@versionedObject({ name: 'VIFPortProfileFPOpenVSwitch', version: '1.4' })
export class VIFPortProfileFPOpenVSwitch extends VIFPortProfileOpenVSwitch {
  /** The bridge of the fast path that the port joins. */
  @field.linkName()
  declare readonly bridge_name?: string;

  /** Whether this bridge belongs to the VIF alone, and connects the port to Open vSwitch. */
  @field.boolean({ default: false })
  declare readonly hybrid_plug: boolean;

  declare protected readonly nominal: unknown;

  constructor(fields: FieldsOf<VIFPortProfileFPOpenVSwitch>) {
    super(fields);
  }
}

/** A port of a Linux bridge, served by 6WIND's fast path. Version 1.1 added the base's `datapath_offload`. */
@versionedObject({ name: 'VIFPortProfileFPBridge', version: '1.1' })
export class VIFPortProfileFPBridge extends VIFPortProfileBase {
  /** The bridge of the fast path that the port joins. */
  @field.linkName()
  declare readonly bridge_name?: string;

  declare protected readonly nominal: unknown;

  constructor(fields: FieldsOf<VIFPortProfileFPBridge>) {
    super(fields);
  }
}

/** A Calico port served by 6WIND's fast path. Version 1.1 added the base's `datapath_offload`. */
@versionedObject({ name: 'VIFPortProfileFPTap', version: '1.1' })
export class VIFPortProfileFPTap extends VIFPortProfileBase {
  /** The MAC address of the host end. */
  @field.mac({ nullable: true })
  declare readonly mac_address?: string | null;

  declare protected readonly nominal: unknown;

  constructor(fields: FieldsOf<VIFPortProfileFPTap>) {
    super(fields);
  }
}

/**
 * What a switch needs to know about an IEEE 802.1Qbg (VEPA) port: its virtual station interface (VSI). Version 1.1
 * added the base's `datapath_offload`.
 */
@versionedObject({ name: 'VIFPortProfile8021Qbg', version: '1.1' })
export class VIFPortProfile8021Qbg extends VIFPortProfileBase {
  /** The database that defines the VSI type. */
  @field.integer({ ...vsiRanges.manager, digits: true })
  declare readonly manager_id?: number;

  /** The VSI type: what the port may do. */
  @field.integer({ ...vsiRanges.type, digits: true })
  declare readonly type_id?: number;

  @field.integer({ ...vsiRanges.typeVersion, digits: true })
  declare readonly type_id_version?: number;

  /** Identifies this port. */
  @field.uuid()
  declare readonly instance_id?: string;

  declare protected readonly nominal: unknown;

  constructor(fields: FieldsOf<VIFPortProfile8021Qbg>) {
    super(fields);
  }
}

/**
 * What a switch needs to know about an IEEE 802.1Qbh (VN-Link) port. Version 1.1 added the base's `datapath_offload`.
 */
@versionedObject({ name: 'VIFPortProfile8021Qbh', version: '1.1' })
export class VIFPortProfile8021Qbh extends VIFPortProfileBase {
  /** The name of the port profile in the switch's database. */
  @field.portProfile()
  declare readonly profile_id?: string;

  declare protected readonly nominal: unknown;

  constructor(fields: FieldsOf<VIFPortProfile8021Qbh>) {
    super(fields);
  }
}

/** What Kuryr needs to know about a pod's DPDK port. Version 1.1 added the base's `datapath_offload`. */
@versionedObject({ name: 'VIFPortProfileK8sDPDK', version: '1.1' })
export class VIFPortProfileK8sDPDK extends VIFPortProfileBase {
  /** Whether addresses and routes must be set on the port. */
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
