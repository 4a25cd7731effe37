import { MemoryOvsdb } from './memory-ovsdb.js';
import { OVN_SOUTHBOUND } from './schema.js';

/** How OVN is set up on a host. */
export interface OvnSpec {
  /** The name of this chassis. */
  readonly chassis: string;
  /** The name of the host, by which OVN may be asked for it as well; `host.example` unless given. */
  readonly hostname?: string;
  /** The bridge that OVN runs; `br-int` unless given. */
  readonly bridge?: string;
  /** Where ovn-controller has its control socket: one that a test listens on. Nothing can be asked unless given. */
  readonly runDirectory?: string;
}

/** What is said of OVN in the table Open_vSwitch, see ovn-controller(8). */
export function ovnSettings({ chassis, bridge = 'br-int' }: OvnSpec): Record<string, string> {
  return { 'system-id': chassis, 'ovn-remote': 'tcp:192.0.2.1:6642', 'ovn-bridge': bridge };
}

/** OVN's southbound database, with this chassis in it. */
export function memorySouthbound({ chassis, hostname = 'host.example' }: OvnSpec): MemoryOvsdb {
  return new MemoryOvsdb(OVN_SOUTHBOUND, [
    { op: 'insert', table: 'Chassis', row: { name: chassis, hostname } },
  ]);
}
