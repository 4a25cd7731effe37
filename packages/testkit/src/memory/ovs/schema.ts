/** What a column holds: one value, a set of values (of at most one, if it is optional), or a map. */
export interface Column {
  readonly holds: 'value' | 'set' | 'map';
  /** Of a single value that an insertion does not give. */
  readonly initial?: string | number | boolean;
  /** The table whose rows it refers to; they exist as long as something refers to them, unless the table is a root. */
  readonly refersTo?: string;
}

interface Table {
  /** Its rows stay although nothing refers to them. */
  readonly isRoot?: boolean;
  /** Two rows cannot have the same name. */
  readonly isNamed?: boolean;
  readonly columns: Readonly<Record<string, Column>>;
}

export type Schema = Readonly<Record<string, Table>>;

const text: Column = { holds: 'value', initial: '' };
const integer: Column = { holds: 'value', initial: 0 };
const flag: Column = { holds: 'value', initial: false };
const set: Column = { holds: 'set' };
const map: Column = { holds: 'map' };

/** Of Open vSwitch's schema (ovs-vswitchd.conf.db(5)), what vifkit reads and writes, and what its tests look at. */
export const OPEN_VSWITCH: Schema = {
  Open_vSwitch: {
    isRoot: true,
    columns: {
      bridges: { ...set, refersTo: 'Bridge' },
      next_cfg: integer,
      cur_cfg: integer,
      external_ids: map,
      other_config: map,
    },
  },
  Bridge: {
    isNamed: true,
    columns: {
      name: text,
      datapath_type: text,
      fail_mode: set,
      controller: set,
      stp_enable: flag,
      rstp_enable: flag,
      mcast_snooping_enable: flag,
      protocols: set,
      external_ids: map,
      other_config: map,
      ports: { ...set, refersTo: 'Port' },
    },
  },
  Port: {
    isNamed: true,
    columns: {
      name: text,
      tag: set,
      vlan_mode: set,
      trunks: set,
      protected: flag,
      lacp: set,
      cvlans: set,
      status: map,
      rstp_status: map,
      external_ids: map,
      other_config: map,
      interfaces: { ...set, refersTo: 'Interface' },
      qos: { ...set, refersTo: 'QoS' },
    },
  },
  Interface: {
    isNamed: true,
    columns: {
      name: text,
      type: text,
      external_ids: map,
      options: map,
      mtu_request: set,
      ingress_policing_rate: integer,
      ingress_policing_burst: integer,
      ofport_request: set,
      bfd: map,
      lldp: map,
      other_config: map,
      ofport: set,
      error: set,
      admin_state: set,
      link_state: set,
      lacp_current: set,
      bfd_status: map,
    },
  },
  QoS: { isRoot: true, columns: { type: text, external_ids: map, other_config: map, queues: map } },
  Mirror: { columns: { name: text, output_port: set } },
};

/** Of OVN's southbound schema (ovn-sb(5)). */
export const OVN_SOUTHBOUND: Schema = {
  Chassis: { isRoot: true, isNamed: true, columns: { name: text, hostname: text } },
  Port_Binding: {
    isRoot: true,
    columns: {
      logical_port: text,
      chassis: { ...set, refersTo: 'Chassis' },
      additional_chassis: { ...set, refersTo: 'Chassis' },
      options: map,
      up: set,
      mac: set,
      port_security: set,
      type: text,
      datapath: set,
    },
  },
};
