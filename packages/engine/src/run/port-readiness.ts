/** A port whose readiness is queried. */
export interface AwaitedPort {
  readonly vifId: string;
  /** Neutron's and OVN's id of the port: `external_ids:iface-id` of its interface. */
  readonly interfaceId: string;
  /** The bridge that it is on, or will be. */
  readonly bridge: string;
  /** The name of the port. */
  readonly name?: string;
  /** The hypervisor makes the port, or its link, when the guest starts. */
  readonly isGuests: boolean;
  /** Another chassis that had the port before it was plugged here, see {@link PortLook.rival}. */
  readonly rival?: string | undefined;
}

/** The observed state of a port. */
export interface PortLook {
  /** `waiting`: it cannot carry traffic yet, because its guest has not started. */
  readonly state: 'ready' | 'waiting' | 'not ready';
  /** Another OVN chassis that has bound the port, if nothing specifies which of the two is to have it. */
  readonly rival?: string | undefined;
}

/** Reports when ports of a switch carry traffic, and why they don't. */
export interface PortReadiness {
  /**
   * Whether the port carries traffic now: it is wired and, on OVN's bridge, has its flows.
   * @throws VifError if the switch cannot be queried
   */
  look(port: AwaitedPort, signal: AbortSignal): Promise<PortLook>;
  /**
   * Resolves once the port carries traffic. A port that has a rival must have stayed here for a while.
   * @throws VifError OVS_NOT_WIRED, OVS_PORT_FAILED or OVN_NOT_INSTALLED once the signal fires, with what is missing
   *   and the possible reason; ABORTED if it fired because of the caller's signal
   */
  untilReady(port: AwaitedPort, signal: AbortSignal): Promise<void>;
}
