/**
 * A Linux host for the engine: links, Open vSwitch, virtual functions, guest filters, vendors' tools. {@link openHost}
 * opens it.
 *
 * @packageDocumentation
 */

export { openPrograms } from './commands/exec-commands.js';
export type { HostOptions } from './host-options.js';
export { openHost } from './open-host.js';
export type { OvsdbTlsOptions } from './ovsdb/endpoint.js';
