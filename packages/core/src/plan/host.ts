/** An SR-IOV virtual function. */
export interface VirtualFunction {
  /** The network device of its physical function. */
  readonly pf: string;
  /** Its index on the physical function, as in `ip link set PF vf NUMBER`. */
  readonly index: number;
  /**
   * Its own network device; missing while it is not bound to a network driver, as when it is passed through to a guest.
   */
  readonly netDevice?: string;
}

/** How the switch in an SR-IOV card represents a virtual function. */
export interface Representor {
  /** The PCI address of the physical function. */
  readonly pfAddress: string;
  /** The index of the virtual function on it. */
  readonly index: number;
  /**
   * The network device that represents the virtual function on the host. It is missing if the card is not in switchdev
   * mode, or if DPDK uses the physical function.
   */
  readonly netDevice?: string;
}

/**
 * What a plan may ask about the host. All methods are read-only. Questions that are asked together share the cost of
 * the answer.
 */
export interface HostFacts {
  /**
   * The MTU of a link, or undefined if there is no such link. The kernel also finds a link by its alternative names. A
   * step about such a name is refused, and the error has the link's own name.
   */
  linkMtu(name: string): Promise<number | undefined>;
  /** Whether a link is up and has a carrier, like a tap that a guest has open. */
  linkHasCarrier(name: string): Promise<boolean>;
  /** The IP addresses of global scope on a link, as in `10.0.0.1/24`; empty if there is no such link. */
  linkAddresses(name: string): Promise<readonly string[]>;
  /** The MAC address of a link, or undefined if there is no such link or it has none. */
  linkMac(name: string): Promise<string | undefined>;
  /** The kernel's release, as `uname -r` prints it. */
  kernelRelease(): Promise<string>;
  /** The name of the network device of a PCI function, or undefined. */
  pciNetDevice(address: string): Promise<string | undefined>;
  /**
   * The virtual function at a PCI address, or undefined if there is none, or none that can be configured. A `vf` step
   * for such an address is refused, and the error says why.
   */
  virtualFunction(address: string): Promise<VirtualFunction | undefined>;
  /**
   * The character device of a virtual function's vDPA device, as in `/dev/vhost-vdpa-0`; undefined if it has none, or
   * none that is bound to vhost_vdpa.
   */
  vdpaDevice(address: string): Promise<string | undefined>;
  /**
   * The id of the VIF that holds this virtual function, from its `vf` step until the function is restored; undefined if
   * none is known.
   */
  vfHolder(address: string): Promise<string | undefined>;
  /** The representor of the virtual function at a PCI address, or undefined if there is no such function. */
  representor(address: string): Promise<Representor | undefined>;
}

/** A log method like pino's: fields first, then a sentence. */
type LogMethod = (fields: object, message: string) => void;

/** The logger interface that vifkit needs. Every pino logger has it. */
export interface Logger {
  /** What was done, in detail. */
  readonly debug: LogMethod;
  /** What an operator may want to know later. */
  readonly info: LogMethod;
  /** What worked, but not as it should. */
  readonly warn: LogMethod;
  /** What failed. */
  readonly error: LogMethod;
}

const nothing: LogMethod = () => {};

/** The library's default logger, which writes nothing. */
export const silentLogger: Logger = { debug: nothing, info: nothing, warn: nothing, error: nothing };
