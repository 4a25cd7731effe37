import type { Routing } from '../nova/request.js';

/** Something a plugin needs on the host: shown by `vif plugins`, and looked for by `vif doctor`. */
export interface Requirement {
  /** What it is, and so how it is looked for. */
  readonly kind: RequirementKind;
  /** A program's name, a device's path, a module's name; for the others, what people call it. */
  readonly name: string;
  /** What brings it: a package, a vendor, a setting. */
  readonly from: string;
}

/**
 * - `program`: found on PATH
 * - `device`: a device node that this process may read and write
 * - `module`: of the kernel's: loaded, built in, or loaded by the kernel when it is needed
 * - `ovsdb`: an OVSDB server that answers
 * - `dpdk`: an Open vSwitch with DPDK
 * - `datapath`: one of Open vSwitch, by its name: `system`, which is the kernel's, or `netdev`
 * - `bridge`: Linux bridges whose members reach each other: the host's own filter does not drop what they forward
 * - `libvirt`: a daemon of libvirt's that starts guests of QEMU
 */
export type RequirementKind =
  | 'program'
  | 'device'
  | 'module'
  | 'ovsdb'
  | 'dpdk'
  | 'datapath'
  | 'bridge'
  | 'libvirt';

export type Constructor<T> = new (...args: never[]) => T;

interface Common {
  /** A class whose properties, with their defaults, are the options; class-validator's decorators guard them. */
  readonly options?: Constructor<object>;
  readonly needs?: readonly Requirement[];
}

/** What a decorator says about the class below it. */
export type Declaration =
  | ({
      readonly role: 'plugin' /** The name VIF objects carry in `plugin`. */;
      readonly name: string;
      /** Whether its `plug` makes the tap of a `VIFGeneric`. The hypervisor is then told to open it, and not to make one. */
      readonly makesTaps?: boolean;
    } & Common)
  | ({ readonly role: 'driver' /** The VIF type, as Nova spells it. */; readonly type: string } & Common)
  | ({
      readonly role: 'converter';
      readonly type: string;
      /** Whose rules it converts by; without it, it serves all. */
      readonly routing?: Routing;
    } & Common);
