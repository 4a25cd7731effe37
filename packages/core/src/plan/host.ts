/** An SR-IOV virtual function. */
export interface VirtualFunction {
  /** The network device of its physical function. */
  readonly pf: string;
  /** Its number below the physical function, as in `ip link set PF vf NUMBER`. */
  readonly index: number;
  /** Its own network device; missing while it is bound to no network driver, as when a guest has it. */
  readonly netDevice?: string;
}

/** How the switch in an SR-IOV card knows a virtual function. */
export interface Representor {
  /** The PCI address of the physical function. */
  readonly pfAddress: string;
  /** The number of the virtual function below it. */
  readonly index: number;
  /**
   * The network device that stands for the virtual function on the host; missing where there is none: the card
   * is not in switchdev mode, or DPDK has taken the physical function.
   */
  readonly netDevice?: string;
}

/** What a plan may ask about the host. Nothing here writes. Questions asked together share their answer's cost. */
export interface HostFacts {
  /**
   * The MTU of a link, or undefined when there is no such link. The kernel finds a link by its alternative names, too;
   * a step about one of those is refused, and tells the link's own name.
   */
  linkMtu(name: string): Promise<number | undefined>;
  /** Whether a link is up with somebody at its other end, as a tap is that a guest has open. */
  linkHasCarrier(name: string): Promise<boolean>;
  /** The IP addresses of global scope that a link has, as in `10.0.0.1/24`; none if there is no such link. */
  linkAddresses(name: string): Promise<readonly string[]>;
  /** The MAC address of a link, or undefined when there is no such link, or it has none. */
  linkMac(name: string): Promise<string | undefined>;
  /** The kernel's release, as `uname -r` prints it. */
  kernelRelease(): Promise<string>;
  /** The name of the network device of a PCI function, or undefined. */
  pciNetDevice(address: string): Promise<string | undefined>;
  /**
   * The virtual function at a PCI address, or undefined when there is none, or none that can be configured. A
   * `vf` step for such an address is refused, and says why.
   */
  virtualFunction(address: string): Promise<VirtualFunction | undefined>;
  /**
   * The character device of the vDPA device that a virtual function has, as in `/dev/vhost-vdpa-0`; undefined when it
   * has none, or none that vhost_vdpa drives.
   */
  vdpaDevice(address: string): Promise<string | undefined>;
  /** The id of the VIF that a `vf` step gave this virtual function to, until it is restored; undefined if none is known. */
  vfHolder(address: string): Promise<string | undefined>;
  /** The representor of the virtual function at a PCI address, or undefined when there is no such function. */
  representor(address: string): Promise<Representor | undefined>;
}

/** A log call as pino has it: fields first, then a sentence. */
type LogMethod = (fields: object, message: string) => void;

/** What vifkit asks of a logger. Every pino logger is one. */
export interface Logger {
  /** What was done, step by step. */
  readonly debug: LogMethod;
  /** What somebody may want to know later. */
  readonly info: LogMethod;
  /** What went on, but not as it should. */
  readonly warn: LogMethod;
  /** What failed. */
  readonly error: LogMethod;
}

const nothing: LogMethod = () => {};

/** The library's default: it writes nothing. */
export const silentLogger: Logger = { debug: nothing, info: nothing, warn: nothing, error: nothing };
