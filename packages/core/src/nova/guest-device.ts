import type { CoreCopy } from '../errors/core-copy.js';
import type { VIFBase } from '../os-vif/vifs.js';
import type { Flavor, HostCapabilities, Image, Instance, Routing } from './request.js';

/** The switch-side identity of a guest interface (libvirt's `<virtualport>`). */
export interface VirtualPort {
  /** Which protocol the switch knows the guest by. */
  readonly type: 'openvswitch' | '802.1Qbg' | '802.1Qbh' | 'midonet';
  /** The attributes of `<parameters>`, as in `interfaceid`. */
  readonly parameters: Readonly<Record<string, string>>;
}

/**
 * The host's side of a guest interface: what a legacy driver answers to `config`. It is data; the guest's
 * side (model, driver, queues) is worked out from the request, and `@vifkit/libvirt` writes the XML.
 */
export type DeviceBackend =
  | ({ readonly type: 'bridge'; readonly bridge: string; readonly target?: string } & BackendCommon)
  | ({
      readonly type: 'ethernet';
      readonly target: string;
      /** Whether libvirt makes the tap; `false` for one that the plugin makes, and that libvirt only opens. */
      readonly managed?: boolean;
      /** Whether the tap is made for several queues, where its VIF says so itself; the guest's card decides unless given. */
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
      readonly mode: string;
      readonly target?: string;
    } & BackendCommon)
  /** `<interface type="hostdev">`: a virtual function, with MAC and VLAN set by libvirt. */
  | ({ readonly type: 'hostdev'; readonly pciAddress: string } & BackendCommon)
  /** The virtio queues of a virtual function, by its character device, as in `/dev/vhost-vdpa-0`. */
  | ({ readonly type: 'vdpa'; readonly device: string } & BackendCommon)
  /** `<hostdev>`: a PCI device as it is, without any interface settings. */
  | { readonly type: 'pci'; readonly pciAddress: string };

interface BackendCommon {
  readonly virtualPort?: VirtualPort;
  readonly vlan?: number;
  /** What the guest may be told its MTU is, in bytes. */
  readonly mtu?: number;
  /** The name of a network filter of libvirt's. */
  readonly filter?: string;
  /** Whether the flavor's `quota:vif_*` apply. */
  readonly bandwidth: boolean;
  /** Overrides what the guest's side came to; null leaves the element out. */
  readonly model?: string | null;
  readonly driver?: string | null;
}

/** What the guest's side of an interface depends on. */
export interface GuestContext {
  /** The virtual machine that the VIF belongs to. */
  readonly instance: Instance;
  /** Its flavor, as far as its network cards are concerned. */
  readonly flavor: Flavor;
  /** Its image, likewise. */
  readonly image: Image;
  /** What decides about the card on the host's side; what the request leaves out is read from this host, or assumed. */
  readonly host: HostCapabilities;
  /** Whether the host filters the traffic of VIFs that the network service does not filter. */
  readonly hostFilters: boolean;
  /** Whose rules the device follows. */
  readonly routing: Routing;
  /** The VIF's vNIC type, if it came as a VIF of the network model: an os-vif object has none. */
  readonly vnicType?: string;
  /** Whether the plugin of an os-vif object makes the object's tap. */
  readonly makesTap?: boolean;
  /** The character device of the virtual function's vDPA device, where the VIF is of the vNIC type `vdpa`. */
  readonly vdpaDevice?: string;
}

/** What a guest's domain has to have besides a device. */
export interface DomainElement {
  /** The XML element, as text, to be put into the domain or merged with the one that it has. */
  readonly xml: string;
  /** What does not work without it: a sentence for people. */
  readonly why: string;
}

/** A device of a guest, ready to be put into its domain. */
export interface GuestDevice {
  /** The link on the host that the hypervisor makes or takes for the guest's card, if that is how it works. */
  readonly hostLink?: string;
  /** The bridge that the hypervisor puts that link on, if it does. */
  readonly bridge?: string;
  /** What the guest's domain needs besides, for the device to work; nothing unless given. */
  readonly domain?: readonly DomainElement[];
  /** The device's XML element, indented by two spaces a level and ended by a newline. */
  toXml(): string;
}

/** Turns VIFs into devices of a hypervisor's guests. `@vifkit/libvirt` has the one for libvirt. */
export interface GuestConfigurator {
  /** The copy of `@vifkit/core` that it was made with: a driver refuses one of another contract. */
  readonly core?: CoreCopy;
  /**
   * The device of an os-vif object, by its class and port profile.
   * @throws VifError UNSUPPORTED_CONFIG, UNSUPPORTED_MODEL, UNSUPPORTED_VIRT_TYPE
   */
  forObject(vif: VIFBase, context: GuestContext): GuestDevice;
  /**
   * The device of a legacy driver's answer.
   * @throws VifError UNSUPPORTED_MODEL, UNSUPPORTED_VIRT_TYPE
   */
  forBackend(backend: DeviceBackend, mac: string, context: GuestContext): GuestDevice;
}
