import type { VifDriver } from '@vifkit/engine';

/** A port of Open vSwitch. */
export interface Port {
  readonly bridge: string;
  readonly tag?: number;
  /** By which Neutron knows it. */
  readonly interfaceId?: string;
  /** The VIF that our mark names. */
  readonly vifId?: string;
}

/** A link, as far as ownership goes. */
export interface Link {
  readonly alias?: string;
  /** The bridge that it is a member of. */
  readonly master?: string;
  readonly up: boolean;
}

/** The filter of a guest. */
export interface Filter {
  readonly addresses: readonly string[];
  /** The VIF that our mark names. */
  readonly vifId?: string;
}

/** What a driver is given beside the host. */
export interface DriverOptions {
  readonly perPortBridge?: boolean;
  /** The representor of the one virtual function; there is no card unless given. */
  readonly representor?: string;
  /** The representor of a second virtual function. */
  readonly otherRepresentor?: string;
}

/** A host on which the cases are run: the kernel and Open vSwitch, or the host in memory. It has a bridge br-int, and a Linux bridge br-lab. */
export interface Site {
  driver(options?: DriverOptions): Promise<VifDriver>;
  /** The ports by name, without the local ones of bridges. */
  ports(): Promise<Readonly<Record<string, Port>>>;
  bridges(): Promise<readonly string[]>;
  /** The links by name, but those that were there before. */
  links(): Promise<Readonly<Record<string, Link>>>;
  /** Whether a link is up, be it one that was there before. */
  isUp(link: string): Promise<boolean>;
  /** Makes a tap, as somebody else does. */
  makeTap(name: string): Promise<void>;
  /** Makes a Linux bridge, as an operator does. */
  makeBridge(name: string): Promise<void>;
  /** Makes a port on br-int, as an operator does. */
  addPort(name: string, type: string): Promise<void>;
  /** Opens a tap as a guest does, until the returned function is called. */
  openTap(name: string): Promise<() => Promise<void>>;
  setUp(link: string): Promise<void>;
  /** Gives a link the alias of somebody else. */
  setAlias(link: string, alias: string): Promise<void>;
  /** Takes our mark off a port. */
  unmarkPort(name: string): Promise<void>;
  /** Takes the alias off a link. */
  unmarkLink(name: string): Promise<void>;
  setTag(port: string, tag: number): Promise<void>;
  /** The filters of guests by the names of their links. */
  filters(): Promise<Readonly<Record<string, Filter>>>;
  /** Takes our mark off a filter. */
  unmarkFilter(name: string): Promise<void>;
  giveAddress(link: string, address: string): Promise<void>;
  close(): Promise<void>;
}
