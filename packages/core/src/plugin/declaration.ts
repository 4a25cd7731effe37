import type { Routing } from '../nova/request.js';

/** Something that a plugin needs on the host. `vif plugins` shows it, and `vif doctor` checks it. */
export interface Requirement {
  /** What it is, which determines how it is checked. */
  readonly kind: RequirementKind;
  /** A program's name, a device's path or a module's name; a descriptive name for the other kinds. */
  readonly name: string;
  /** Where it comes from: a package, a vendor, a setting. */
  readonly from: string;
}

/**
 * - `program`: found on PATH
 * - `device`: a device node that this process may read and write
 * - `module`: a kernel module that is loaded, built in, or loaded by the kernel on demand
 * - `ovsdb`: an OVSDB server that responds
 * - `dpdk`: an Open vSwitch with DPDK
 * - `datapath`: an Open vSwitch datapath, by name: `system`, in the kernel, or `netdev`
 * - `bridge`: Linux bridges whose members can reach each other: the host's firewall does not drop what they forward
 * - `libvirt`: a libvirt daemon that can start QEMU guests
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
  /** A class whose properties, with their defaults, are the options. class-validator's decorators validate them. */
  readonly options?: Constructor<object>;
  /** What it needs on the host. */
  readonly needs?: readonly Requirement[];
}

/** What a decorator declares about its class. */
export type Declaration =
  | ({
      readonly role: 'plugin';
      /** The name that VIF objects have in `plugin`. */
      readonly name: string;
      /**
       * Whether its `plug` makes the tap of a `VIFGeneric`. The hypervisor is then configured to open it, not to make
       * one.
       */
      readonly makesTaps?: boolean;
    } & Common)
  | ({
      readonly role: 'driver';
      /** The VIF type, as Nova spells it. */
      readonly type: string;
    } & Common)
  | ({
      readonly role: 'converter';
      /** The VIF type, as Nova spells it. */
      readonly type: string;
      /** The rules by which it converts; all of them unless given. */
      readonly routing?: Routing;
    } & Common);

/** One class of a package, as its package.json declares it. */
export type StaticComponent =
  | { readonly role: 'plugin'; readonly name: string }
  | { readonly role: 'driver'; readonly type: string }
  | { readonly role: 'converter'; readonly type: string; readonly routing?: Routing };

/**
 * What a package declares about itself in its package.json, under `vifkit`, so that it need not be run.
 *
 * ```json
 * "vifkit": { "contract": 1, "provides": [{ "role": "plugin", "name": "acme" }] }
 * ```
 */
export interface StaticDeclaration {
  /** The contract with core that the package was written for. */
  readonly contract: number;
  /** Everything that its default export provides, in any order. */
  readonly provides: readonly StaticComponent[];
  /** The module with the package's requests for `vif conformance`, as in `./dist/conformance.js`. */
  readonly conformance?: string;
}
