import type { VIFBase } from '../objects/vif-base.js';
import type { Flavor } from '../request/flavor.js';
import type { HostCapabilities } from '../request/host-capabilities.js';
import type { Image } from '../request/image.js';
import type { Instance } from '../request/instance.js';
import type { Routing } from '../request/routing.js';
import type { DeviceBackend } from './device-backend.js';

/** What the guest's side of an interface depends on. */
export interface GuestContext {
  readonly instance: Instance;
  readonly flavor: Flavor;
  readonly image: Image;
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
