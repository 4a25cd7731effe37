import type { Leg } from '../connection/legs.js';
import type { TapQueues } from '../nova/guest-card.js';
import type { DeviceBackend, GuestContext } from '../nova/guest-device.js';
import type { NetworkVif } from '../nova/network-model.js';
import type { PortSettings } from '../nova/port-settings.js';
import type { Flavor, Image, Instance, Routing } from '../nova/request.js';
import type { HostPluginInfo } from '../os-vif/host-info.js';
import type { VIFBase } from '../os-vif/vifs.js';
import type { HostFacts } from '../plan/host.js';
import type { Plan } from '../plan/steps.js';

/** What a plan may depend on besides the VIF. */
export interface PlanContext {
  /** The virtual machine that the VIF belongs to. */
  readonly instance: Instance;
  /** Questions to the host; they read, and never write. */
  readonly facts: HostFacts;
  /** Whether the host filters the traffic of VIFs that the network service does not filter. */
  readonly hostFilters: boolean;
  /** Whose rules answer the request: Nova 14's, or those of today's Nova. */
  readonly routing: Routing;
  /** The host's kind of virtualization: kvm unless the request says otherwise. */
  readonly virtType: string;
  /** What the guest's card asks of a tap that the plan makes. */
  readonly tap: TapQueues;
  /** What the request says of the port's VLANs and rates; undefined where that is left to the network service. */
  readonly port?: PortSettings;
}

/** What a legacy driver's configuration may depend on besides the VIF. */
export interface ConfigContext extends GuestContext {
  /** Questions to the host; they read, and never write. */
  readonly facts: HostFacts;
}

/**
 * A plugin of the object path, as in os-vif. It says what the host must be like; it changes nothing itself.
 * Whatever it throws fails the one request with PLUGIN_FAILED (or with the VifError it threw).
 */
export interface VifPlugin {
  /** The VIF classes and port profiles it takes, with the versions it understands. */
  describe(): HostPluginInfo;
  /** What the host must be like for the VIF, as steps in the order in which they are carried out. It has half of the call's time. */
  plug(vif: VIFBase, context: PlanContext): Plan | Promise<Plan>;
  /** What must be gone, or as it was before. It may be asked for a VIF that was never plugged. */
  unplug(vif: VIFBase, context: PlanContext): Plan | Promise<Plan>;
  /**
   * The legs of the way from the guest to its network that no step of the plug's plan is about, from the guest on: a tap
   * that the hypervisor makes, a function that the guest gets. All that steps are about is known from the plan.
   */
  path?(vif: VIFBase, context: PlanContext): readonly Leg[] | Promise<readonly Leg[]>;
}

/** A driver of the legacy path: everything for one VIF type of Nova's network model. */
export interface LegacyDriver {
  /** The host's side of the guest's device. */
  config(vif: NetworkVif, context: ConfigContext): DeviceBackend | Promise<DeviceBackend>;
  /** See {@link VifPlugin.plug}. */
  plug(vif: NetworkVif, context: PlanContext): Plan | Promise<Plan>;
  /** See {@link VifPlugin.unplug}. */
  unplug(vif: NetworkVif, context: PlanContext): Plan | Promise<Plan>;
  /** See {@link VifPlugin.path}. */
  path?(vif: NetworkVif, context: PlanContext): readonly Leg[] | Promise<readonly Leg[]>;
}

/** What a converted object may depend on besides the VIF. */
export interface ConversionContext {
  /** Whether the host filters the traffic of VIFs that the network service does not filter. */
  readonly hostFilters: boolean;
  /** The guest's flavor, as far as its network cards are concerned. */
  readonly flavor: Flavor;
  /** The guest's image, likewise. */
  readonly image: Image;
}

/** Turns a VIF of Nova's network model into an os-vif object, and so sends it down the object path. */
export interface VifConverter {
  /** The object, or undefined to leave this VIF to the legacy path. */
  convert(vif: NetworkVif, context: ConversionContext): VIFBase | undefined;
}
