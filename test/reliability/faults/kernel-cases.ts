import { cases } from './cases.js';

/** VIFs that this kernel, and an Open vSwitch without DPDK, have all that they need for. */
const names = [
  'tap, addressed',
  'bridge',
  'bridge, uplink with addresses',
  'ovs hybrid',
  'ovs with port and tap',
  'vhostuser fast path on Open vSwitch',
  'midonet',
];

export const kernelCases = cases.filter(({ name }) => names.includes(name));

/** Those that need an Open vSwitch with DPDK. */
export const dpdkCases = cases.filter(({ name }) => name === 'vhostuser on Open vSwitch');

/**
 * What stands in for vendors' tools, by the tool. What one has made is noted beside it: MidoNet's makes nothing else;
 * 6WIND's makes links, and removes no others.
 */
export const tools = {
  'mm-ctl': 'case $1 in --bind-port) touch "$0.$2";; --unbind-port) rm -f "$0.$2";; esac',
  'fp-vdev': `case $1 in
    add) ip tuntap add dev "$2" mode tap && touch "$0.$2";;
    del) [ ! -e "$0.$2" ] || { rm "$0.$2" && ip link delete dev "$2"; };;
  esac`,
} as const;
