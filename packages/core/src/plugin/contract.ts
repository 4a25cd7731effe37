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
  /** Read-only questions to the host. */
  readonly facts: HostFacts;
  /** Whether the host filters the traffic of VIFs that the network service does not filter. */
  readonly hostFilters: boolean;
  /** The rules for the request: those of Nova 14, or those of today's Nova. */
  readonly routing: Routing;
  /** The host's kind of virtualization: kvm unless the request says otherwise. */
  readonly virtType: string;
  /** The queue support that the guest's card needs from a tap that the plan makes. */
  readonly tap: TapQueues;
  /** The VLANs and rates that the request specifies for the port; undefined if they are left to the network service. */
  readonly port?: PortSettings;
}

/** What a legacy driver's configuration may depend on besides the VIF. */
export interface ConfigContext extends GuestContext {
  /** Read-only questions to the host. */
  readonly facts: HostFacts;
}

/**
 * A plugin of the object path, as in os-vif. It describes the desired state of the host, and changes nothing itself.
 * Whatever it throws fails only the one request, with PLUGIN_FAILED or the VifError that it threw.
 */
export interface VifPlugin {
  /** The VIF classes and port profiles that it supports, with their versions. */
  describe(): HostPluginInfo;
  /**
   * The desired state of the host for the VIF, as steps in the order in which they are applied. It may take half of the
   * call's time.
   */
  plug(vif: VIFBase, context: PlanContext): Plan | Promise<Plan>;
  /** What must be removed or restored. It may be called for a VIF that was never plugged. */
  unplug(vif: VIFBase, context: PlanContext): Plan | Promise<Plan>;
  /**
   * The legs of the path from the guest to its network that no step of the plug's plan is about, starting at the guest:
   * a tap that the hypervisor makes, or a function that is passed through. The other legs are derived from the plan.
   */
  path?(vif: VIFBase, context: PlanContext): readonly Leg[] | Promise<readonly Leg[]>;
}

/** A driver of the legacy path: everything for one VIF type of Nova's network model. */
export interface LegacyDriver {
  /** The host side of the guest's device. */
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
  /** The part of the guest's flavor that concerns network cards. */
  readonly flavor: Flavor;
  /** The part of the guest's image that concerns network cards. */
  readonly image: Image;
}

/** Turns a VIF of Nova's network model into an os-vif object, which then takes the object path. */
export interface VifConverter {
  /** The object, or undefined to leave this VIF to the legacy path. */
  convert(vif: NetworkVif, context: ConversionContext): VIFBase | undefined;
}
