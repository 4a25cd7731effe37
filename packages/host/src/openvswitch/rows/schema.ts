export const DATABASE = 'Open_vSwitch';

/** All columns that are read, by table: what a replica has beside the rows' ids. */
export const COLUMNS = {
  Open_vSwitch: ['cur_cfg', 'next_cfg', 'external_ids'],
  Bridge: ['name', 'datapath_type', 'external_ids', 'fail_mode', 'ports'],
  Port: ['name', 'tag', 'vlan_mode', 'trunks', 'external_ids', 'interfaces'],
  Interface: [
    ...['name', 'type', 'external_ids', 'options', 'mtu_request'],
    ...['ofport', 'error', 'admin_state', 'link_state'],
  ],
  QoS: ['external_ids'],
} as const;

export type Table = keyof typeof COLUMNS;

/** A column that may be asked for. */
export type Column<T extends Table> = '_uuid' | (typeof COLUMNS)[T][number];
