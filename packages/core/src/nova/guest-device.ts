import type { CoreCopy } from '../errors/core-copy.js';
import type { VIFBase } from '../os-vif/vifs.js';
import type { MacvtapMode } from './network-model.js';
import type { Flavor, HostCapabilities, Image, Instance, Routing } from './request.js';

/** The switch-side identity of a guest interface (libvirt's `<virtualport>`). */
export interface VirtualPort {
  /** The protocol by which the switch identifies the guest. */
  readonly type: 'openvswitch' | '802.1Qbg' | '802.1Qbh' | 'midonet';
  /** The attributes of `<parameters>`, as in `interfaceid`. */
  readonly parameters: Readonly<Record<string, string>>;
}

/**
 * The host side of a guest interface, as a legacy driver's `config` returns it. It is data: the guest side (model,
 * driver, queues) follows from the request, and `@vifkit/libvirt` writes the XML.
 */
export type DeviceBackend =
  | ({ readonly type: 'bridge'; readonly bridge: string; readonly target?: string } & BackendCommon)
  | ({
      readonly type: 'ethernet';
      readonly target: string;
      /** Whether libvirt makes the tap; `false` if the plugin makes it and libvirt only opens it. */
      readonly managed?: boolean;
      /**
       * Whether the tap is made for several queues, if the VIF specifies that; the guest's card decides unless given.
       */
      readonly multiQueue?: boolean;
    } & BackendCommon)
  | ({
      readonly type: 'vhostuser';
      readonly path: string;
      readonly mode: 'client' | 'server';
      readonly target?: string;
    } & BackendCommon)
  | ({
      readonly type: 'direct';
      /** The link below the macvtap. */
      readonly source: string;
      readonly mode: MacvtapMode;
      readonly target?: string;
    } & BackendCommon)
  /** `<interface type="hostdev">`: a virtual function, with MAC and VLAN set by libvirt. */
  | ({ readonly type: 'hostdev'; readonly pciAddress: string } & BackendCommon)
  /** A virtual function's virtio queues, given by the character device, as in `/dev/vhost-vdpa-0`. */
  | ({ readonly type: 'vdpa'; readonly device: string } & BackendCommon)
  /** `<hostdev>`: a passed-through PCI device, without any interface settings. */
  | { readonly type: 'pci'; readonly pciAddress: string };

interface BackendCommon {
  readonly virtualPort?: VirtualPort;
  readonly vlan?: number;
  /** The MTU to announce to the guest, in bytes. */
  readonly mtu?: number;
  /** The name of a libvirt network filter. */
  readonly filter?: string;
  /** Whether the flavor's `quota:vif_*` apply. */
  readonly bandwidth: boolean;
  /** Overrides what the request results in; null leaves the element out. */
  readonly model?: string | null;
  readonly driver?: string | null;
}

/** What the guest side of an interface depends on. */
export interface GuestContext {
  /** The virtual machine that the VIF belongs to. */
  readonly instance: Instance;
  /** The part of its flavor that concerns network cards. */
  readonly flavor: Flavor;
  /** The part of its image that concerns network cards. */
  readonly image: Image;
  /** Facts about the host that affect the card. What the request leaves out is read from this host or assumed. */
  readonly host: HostCapabilities;
  /** Whether the host filters the traffic of VIFs that the network service does not filter. */
  readonly hostFilters: boolean;
  /** The rules that the device follows. */
  readonly routing: Routing;
  /** The VIF's vNIC type, if it came as a VIF of the network model: an os-vif object has none. */
  readonly vnicType?: string;
  /** Whether the plugin of an os-vif object makes the object's tap. */
  readonly makesTap?: boolean;
  /** The character device of the virtual function's vDPA device, if the VIF's vNIC type is `vdpa`. */
  readonly vdpaDevice?: string;
}

/** Something that a guest's domain needs besides a device. */
export interface DomainElement {
  /** The XML element, as text. It is added to the domain, or merged with the element that the domain has. */
  readonly xml: string;
  /** What does not work without it: a human-readable sentence. */
  readonly why: string;
}

/** A guest's device, ready to be added to its domain. */
export interface GuestDevice {
  /** The link on the host that the hypervisor makes or opens for the guest's card, if there is one. */
  readonly hostLink?: string;
  /** The bridge that the hypervisor adds this link to, if any. */
  readonly bridge?: string;
  /** What else the guest's domain needs for the device to work; nothing unless given. */
  readonly domain?: readonly DomainElement[];
  /** The device's XML element, indented by two spaces a level and ended by a newline. */
  toXml(): string;
}

/** Turns VIFs into guest devices of a hypervisor. `@vifkit/libvirt` has the implementation for libvirt. */
export interface GuestConfigurator {
  /** The copy of `@vifkit/core` that it uses. A driver refuses a configurator of another contract. */
  readonly core?: CoreCopy;
  /**
   * The device of an os-vif object, by its class and port profile.
   * @throws VifError UNSUPPORTED_CONFIG, UNSUPPORTED_MODEL, UNSUPPORTED_VIRT_TYPE
   */
  forObject(vif: VIFBase, context: GuestContext): GuestDevice;
  /**
   * The device for the backend that a legacy driver returned.
   * @throws VifError UNSUPPORTED_MODEL, UNSUPPORTED_VIRT_TYPE
   */
  forBackend(backend: DeviceBackend, mac: string, context: GuestContext): GuestDevice;
}
