import { MemoryOvsdb } from './memory-ovsdb.js';
import { OVN_SOUTHBOUND } from './schema.js';

/** How OVN is set up on a host. */
export interface OvnSpec {
  /** The name of this chassis. */
  readonly chassis: string;
  /** The name of the host, by which OVN also knows the chassis; `host.example` unless given. */
  readonly hostname?: string;
  /** The bridge that OVN manages; `br-int` unless given. */
  readonly bridge?: string;
  /**
   * The directory of ovn-controller's control socket, on which a test listens. Without it, ovn-controller cannot be
   * queried.
   */
  readonly runDirectory?: string;
}

/** The settings of OVN in the table Open_vSwitch, see ovn-controller(8). */
export function ovnSettings({ chassis, bridge = 'br-int' }: OvnSpec): Record<string, string> {
  return { 'system-id': chassis, 'ovn-remote': 'tcp:192.0.2.1:6642', 'ovn-bridge': bridge };
}

/** OVN's southbound database, with this chassis in it. */
export function memorySouthbound({ chassis, hostname = 'host.example' }: OvnSpec): MemoryOvsdb {
  return new MemoryOvsdb(OVN_SOUTHBOUND, [
    { op: 'insert', table: 'Chassis', row: { name: chassis, hostname } },
  ]);
}
