/**
 * A host in memory, for tests of plugins and agents.
 *
 * @packageDocumentation
 */

export type { LinkSpec } from './memory/links/kernel-link.js';
export type { MemoryLinks } from './memory/links/memory-links.js';
export type { Ending, MemoryCommands } from './memory/memory-commands.js';
export {
  type HostSnapshot,
  type MemoryHost,
  type MemoryHostOptions,
  memoryHost,
} from './memory/memory-host.js';
export type { PciFunctions } from './memory/memory-pci.js';
export type { MemoryOvs, OvsBridgeSpec } from './memory/ovs/memory-ovs.js';
export type { Point, Which } from './memory/points.js';
