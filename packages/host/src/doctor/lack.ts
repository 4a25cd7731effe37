import type { Requirement } from '@vifkit/core';
import type { NetworkNamespace } from '../namespace/network-namespace.js';
import type { OpenVSwitchState } from './open-vswitch-state.js';

/** Something that a host lacks, in words for people. */
export interface Lack {
  readonly problem: string;
  readonly remedy: string;
  /** What was asked for works all the same, most of the time. */
  readonly isWarning?: true;
}

/** What requirements are looked for in. */
export interface ExaminedHost {
  /** The folders that programs are looked for in. */
  readonly path: readonly string[];
  readonly sysfsRoot: string;
  /** Where /proc is. */
  readonly procRoot: string;
  readonly network: Pick<NetworkNamespace, 'programs' | 'files'>;
  /** The folder of the running kernel's modules. */
  readonly modules: string;
  /** The folders of systemd's settings for links, those that come first before the others; none unless given. */
  readonly linkFolders?: readonly string[];
  /** The folder of what runs; /run unless given. */
  readonly runFolder?: string;
  /** Read at the first call. @throws VifError OVSDB_UNREACHABLE and the like */
  readonly openVSwitch: () => Promise<OpenVSwitchState>;
}

/** Looks for what is required. */
export type Check = (requirement: Requirement, host: ExaminedHost) => Promise<Lack | undefined>;
