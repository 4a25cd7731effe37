// What a stand-in for a host is built of: the runners, what they stand on, and the wording of its failures.
export type { CommandExecutor, CommandResult } from './commands/command-executor.js';
export { CommandRunner } from './commands/command-runner.js';
export { IpLinkTable } from './links/ip/ip-link-table.js';
export { linkOutcome } from './links/link-outcome.js';
export { LinkRunner } from './links/link-runner.js';
export type { LinkState } from './links/link-state.js';
export type { LinkChange, LinkOperation, LinkTable } from './links/link-table.js';
export { SerialQueue } from './links/serial-queue.js';
export { UnmadeLinks } from './links/unmade-links.js';
export type { OvsChange } from './openvswitch/changes.js';
export { DatabaseOvsStore } from './openvswitch/database-store.js';
export { bridgeNotFound, notWired, portFailed, portIsBond } from './openvswitch/errors.js';
export { BRIDGE_MARK, hasBridgeMark, hasPortMark } from './openvswitch/marks.js';
export { OvsRunner } from './openvswitch/ovs-runner.js';
export {
  isWired,
  type OvsBridge,
  type OvsInterface,
  type OvsPort,
  type OvsState,
} from './openvswitch/state.js';
export type { OvsStore } from './openvswitch/store.js';
export { VfRunner } from './sysfs/vf-runner.js';
export type { VfChange, VfState, VfTable } from './sysfs/vf-table.js';
