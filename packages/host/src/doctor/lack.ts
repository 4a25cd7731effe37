import type { Requirement } from '@vifkit/core';
import type { NetworkNamespace } from '../namespace/network-namespace.js';
import type { OpenVSwitchState } from './open-vswitch-state.js';

/** Something that a host lacks, in words for users. */
export interface Lack {
  readonly problem: string;
  readonly remedy: string;
  /** What is required works most of the time anyway. */
  readonly isWarning?: true;
}

/** Where requirements are searched for. */
export interface ExaminedHost {
  /** Fires at the deadline of the examination. */
  readonly signal?: AbortSignal;
  /** The folders in which programs are searched for. */
  readonly path: readonly string[];
  readonly sysfsRoot: string;
  /** Where /proc is. */
  readonly procRoot: string;
  readonly network: Pick<NetworkNamespace, 'programs' | 'files'>;
  /** The folder of the running kernel's modules. */
  readonly modules: string;
  /** The folders of systemd's link files, in order of precedence; none by default. */
  readonly linkFolders?: readonly string[];
  /** The folder of runtime files; /run by default. */
  readonly runFolder?: string;
  /**
   * Reads the state at the first call.
   * @throws VifError OVSDB_UNREACHABLE, or another error of the connection
   */
  readonly openVSwitch: () => Promise<OpenVSwitchState>;
}

/** Checks whether a requirement is met. */
export type Check = (requirement: Requirement, host: ExaminedHost) => Promise<Lack | undefined>;
