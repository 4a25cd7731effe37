export const DATABASE = 'Open_vSwitch';

/** All columns that are read, by table: what a replica has beside the rows' ids. */
export const COLUMNS = {
  Open_vSwitch: ['cur_cfg'],
  Bridge: ['name', 'datapath_type', 'external_ids', 'ports'],
  Port: ['name', 'tag', 'vlan_mode', 'trunks', 'external_ids', 'interfaces'],
  Interface: ['name', 'type', 'external_ids', 'options', 'mtu_request', 'ofport', 'error'],
  QoS: ['external_ids'],
} as const;

export type Table = keyof typeof COLUMNS;

/** A column that may be asked for. */
export type Column<T extends Table> = '_uuid' | (typeof COLUMNS)[T][number];
