import { randomInt } from 'node:crypto';
import type { Namespace, OpenVSwitch, VendorTools } from '@vifkit/testkit/bed';
import { $, execa } from 'execa';
import type { Segment } from './rows.js';

/** By the host's end of the veth pair that leads to the peer. */
export const NETWORKS = {
  lan: { end: 'lan', subnet: '10.77.1' },
  'br-int': { end: 'integration', subnet: '10.77.2' },
  vendor: { end: 'fabric', subnet: '10.77.3' },
  uplink: { end: 'uplink', subnet: '10.77.4' },
} as const satisfies Record<Segment, object>;

/** What a vendor's switch is here: a Linux bridge. */
export const VENDOR_SWITCH = 'vendor';

/** What a vendor's tool does with a tap that it is given. It is named by one of the words. */
const JOIN = `for word in $*; do
  case $word in
    tap*|qvo*) exec ip link set dev $word master ${VENDOR_SWITCH} ;;
    --tap_name=*) exec ip link set dev \${word#*=} master ${VENDOR_SWITCH} ;;
  esac
done`;

/** The tools, and how they are called for a plug. */
const VENDOR_TOOLS = {
  'mm-ctl': '--bind-port*',
  ifc_ctl: '*add_port*',
  'vrouter-port-control': '*--oper=add*',
  'ivs-ctl': 'add-port*',
};

/** Makes the networks, and the switches that are there before any guest. */
export async function makeNetworks(far: Namespace, ovs: OpenVSwitch): Promise<void> {
  for (const { end, subnet } of Object.values(NETWORKS)) {
    await $`ip link add name ${end} type veth peer name ${end} netns ${far.pid}`;
    await $`ip link set dev ${end} up`;
    await far.run('ip', 'address', 'add', `${subnet}.1/24`, 'dev', end);
    await far.run('ip', 'link', 'set', 'dev', end, 'up');
  }
  await skipLinkNumbers(randomInt(1, 200));
  await $`ip link add name ${VENDOR_SWITCH} up type bridge`;
  await $`ip link set dev ${NETWORKS.vendor.end} master ${VENDOR_SWITCH}`;
  await ovs.vsctl('add-br', 'br-int', '--', 'set', 'Bridge', 'br-int', 'datapath_type=netdev');
  await ovs.vsctl('add-port', 'br-int', NETWORKS['br-int'].end);
}

/**
 * The kernel names the file of a macvtap by the link's number, and has the files of all network namespaces in one /dev.
 * So that two that run these tests at the same time seldom take each other's, they begin with different numbers.
 */
async function skipLinkNumbers(pairs: number): Promise<void> {
  const lines = Array.from({ length: pairs }, (_, i) => `link add name skip${i} group 77 type veth\n`);
  await execa('ip', ['-batch', '-'], { input: lines.join('') });
  await $`ip link delete group 77`;
}

/** Puts vendors' tools there that connect what they are given to the switch above. */
export async function putVendorTools(tools: VendorTools): Promise<void> {
  for (const [tool, words] of Object.entries(VENDOR_TOOLS)) {
    await tools.put(tool, `case "$*" in ${words}) ${JOIN} ;; esac`);
  }
}
