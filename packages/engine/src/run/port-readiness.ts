/** A port whose way to the network is asked about. */
export interface AwaitedPort {
  readonly vifId: string;
  /** Neutron's and OVN's id of the port: `external_ids:iface-id` of its interface. */
  readonly interfaceId: string;
  /** The bridge that it is, or is to be, on. */
  readonly bridge: string;
  /** What the port is called. */
  readonly name?: string;
  /** The hypervisor makes the port, or its link, when the guest starts. */
  readonly isGuests: boolean;
  /** Another chassis that had the port before it was plugged here, see {@link PortLook.rival}. */
  readonly rival?: string | undefined;
}

/** What there is to see of a port. */
export interface PortLook {
  /** `waiting`: it cannot carry traffic yet, since its guest has not started. */
  readonly state: 'ready' | 'waiting' | 'not ready';
  /** Another chassis of OVN that has the port, where nobody has said which of the two is to have it. */
  readonly rival?: string | undefined;
}

/** Tells when ports of a switch carry traffic, and why they don't. */
export interface PortReadiness {
  /**
   * Whether the port carries traffic now: it is wired and, on OVN's bridge, has its flows.
   * @throws VifError when the switch cannot be asked
   */
  look(port: AwaitedPort, signal: AbortSignal): Promise<PortLook>;
  /**
   * Resolves once the port carries traffic; one that has a rival, once it has stayed here for a while.
   * @throws VifError OVS_NOT_WIRED, OVS_PORT_FAILED or OVN_NOT_INSTALLED once the signal fires, with what is missing and
   *   why it may be; ABORTED if the caller's signal fired it
   */
  untilReady(port: AwaitedPort, signal: AbortSignal): Promise<void>;
}
