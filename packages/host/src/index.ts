export type { CommandExecutor, CommandResult } from './commands/command-executor.js';
export { CommandRunner } from './commands/command-runner.js';
export { LinkRunner } from './links/link-runner.js';
export type { LinkState } from './links/link-state.js';
export type { LinkChange, LinkOperation, LinkTable } from './links/link-table.js';
export { type HostOptions, openHost } from './open-host.js';
export { OvsRunner } from './openvswitch/ovs-runner.js';
export type { OvsStore } from './openvswitch/store.js';
export { OvsdbClient, type OvsdbClientOptions } from './ovsdb/client.js';
