/**
 * An in-memory host, for tests of plugins and agents.
 *
 * @packageDocumentation
 */

export type { LinkSpec } from './memory/kernel/kernel-link.js';
export type { MemoryLinks } from './memory/kernel/memory-links.js';
export type { PciFunctions } from './memory/kernel/memory-pci.js';
export type { Point, Which } from './memory/kernel/points.js';
export type { Ending, MemoryCommands } from './memory/memory-commands.js';
export {
  type HostSnapshot,
  type MemoryHost,
  type MemoryHostOptions,
  memoryHost,
} from './memory/memory-host.js';
export type { OvnSpec } from './memory/ovs/memory-ovn.js';
export type { MemoryOvs, OvsBridgeSpec } from './memory/ovs/memory-ovs.js';
export type { MemoryOvsdb } from './memory/ovs/memory-ovsdb.js';
export { OvsdbServer } from './memory/ovs/ovsdb-server.js';
