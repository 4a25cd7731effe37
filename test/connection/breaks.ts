import { all, type Break, ip, memberBreaks, nft, portBreaks, rows, vsctl, wired } from './break.js';
import { mac, ownPatch, portBridge, qbr, qvb, qvo, sharedPatch, tap } from './modes.js';

export const breaks: readonly Break[] = [
  ...memberBreaks('hybrid', qbr),
  ...rows(
    'hybrid',
    {
      what: 'the hybrid bridge is deleted',
      does: ip(`link delete dev ${qbr}`),
      leg: `bridge ${qbr}`,
      plug: 'mends',
    },
    {
      what: 'the veth pair is deleted',
      does: ip(`link delete dev ${qvb}`),
      leg: `veth ${qvb}`,
      plug: 'mends',
    },
    {
      what: 'the end in the bridge is down',
      does: ip(`link set dev ${qvb} down`),
      leg: `veth ${qvb}`,
      plug: 'mends',
    },
    {
      what: 'the end in the switch is down',
      does: ip(`link set dev ${qvo} down`),
      leg: `veth ${qvb}`,
      plug: 'mends',
    },
    {
      what: 'the end in the bridge has left it',
      does: ip(`link set dev ${qvb} nomaster`),
      leg: `bridgeMember ${qvb}`,
      plug: 'mends',
    },
    {
      what: "the end's MTU is small",
      does: ip(`link set dev ${qvb} mtu 1300`),
      leg: `veth ${qvb}`,
      plug: 'mends',
    },
    {
      what: 'both members are isolated',
      does: all(
        ip(`link set dev ${tap} type bridge_slave isolated on`),
        ip(`link set dev ${qvb} type bridge_slave isolated on`),
      ),
      leg: `bridgeMember ${tap}`,
      plug: 'tells',
    },
  ),
  ...rows('hybrid', {
    what: "the end in the bridge leaves the guest's checksums to a card",
    does: (site) => site.run('ethtool', '-K', qvb, 'tx', 'on'),
    leg: `checksum ${qvb}`,
    plug: 'mends',
  }),
  ...wired('hybrid', 'tells'),
  ...portBreaks('hybrid', qvo),
  ...portBreaks('direct', tap).filter(({ what }) => what !== 'the port is on another bridge'),
  ...rows('direct', {
    what: 'its tap is down',
    does: ip(`link set dev ${tap} down`),
    leg: `guestLink ${tap}`,
    plug: 'tells',
  }),
  ...wired('direct', 'tells'),
  ...portBreaks('create_port', tap),
  ...rows('direct', {
    what: 'the flows of a bridge are deleted that drops all else',
    does: all(vsctl('set-fail-mode', 'br-int', 'secure'), async (site) => {
      await site.run('ovs-ofctl', 'del-flows', `unix:${site.ovs.directory}/br-int.mgmt`);
    }),
    leg: 'ovsBridge br-int',
    plug: 'tells',
  }),
  ...rows('direct', {
    what: 'the flows of a bridge in the default mode are deleted',
    does: async (site) => {
      await site.run('ovs-ofctl', 'del-flows', `unix:${site.ovs.directory}/br-int.mgmt`);
    },
    leg: 'ovsBridge br-int',
    plug: 'tells',
  }),
  ...rows('direct', {
    what: 'the bridge is to have a datapath that there is not',
    does: vsctl('set', 'Bridge', 'br-int', 'datapath_type=nowhere'),
    leg: 'ovsBridge br-int',
    plug: 'tells',
  }),
  ...rows('create_port', {
    what: 'its tap is in a Linux bridge',
    does: all(ip('link add name br-other type bridge'), ip(`link set dev ${tap} master br-other`)),
    leg: `ovsPort ${tap}`,
    plug: 'fails',
  }),
  ...wired('create_port', 'tells'),
  ...portBreaks('create_tap', tap),
  ...rows('create_tap', {
    what: 'its tap is down',
    does: ip(`link set dev ${tap} down`),
    leg: `guestLink ${tap}`,
    plug: 'mends',
  }),
  ...rows(
    'per_port_bridge',
    { what: 'the port is deleted', does: vsctl('del-port', tap), leg: `ovsPort ${tap}`, plug: 'mends' },
    {
      what: "the own bridge's patch port is deleted",
      does: vsctl('del-port', ownPatch),
      leg: `ovsPort ${ownPatch}`,
      plug: 'mends',
    },
    {
      what: 'the patch port is deleted',
      does: vsctl('del-port', sharedPatch),
      leg: `ovsPort ${sharedPatch}`,
      plug: 'mends',
    },
    {
      what: 'the own bridge is deleted',
      does: vsctl('del-br', portBridge),
      leg: `ovsBridge ${portBridge}`,
      plug: 'mends',
    },
    {
      what: 'the patch port leads elsewhere',
      does: vsctl('set', 'Interface', ownPatch, 'options:peer=nowhere'),
      leg: `ovsPort ${ownPatch}`,
      plug: 'mends',
    },
  ),
  ...memberBreaks('bridge', 'br-lab'),
  ...rows(
    'others_bridge',
    {
      what: "the way out has the guest's MAC address",
      does: ip(`link set dev up0 address ${mac}`),
      leg: `bridgeMember ${tap}`,
      plug: 'tells',
    },
    {
      what: 'the bridge does not flood to the way out',
      does: ip('link set dev out7 type bridge_slave bcast_flood off'),
      leg: `bridgeMember ${tap}`,
      plug: 'tells',
    },
    {
      what: "the way out's MTU is small",
      does: ip('link set dev out7 mtu 1300'),
      leg: `bridgeMember ${tap}`,
      plug: 'tells',
    },
    {
      what: 'its only way out is down',
      does: ip('link set dev out7 down'),
      leg: `bridgeMember ${tap}`,
      plug: 'tells',
    },
    {
      what: 'its tap and the way out are isolated',
      does: all(
        ip(`link set dev ${tap} type bridge_slave isolated on`),
        ip('link set dev out7 type bridge_slave isolated on'),
      ),
      leg: `bridgeMember ${tap}`,
      plug: 'tells',
    },
  ),
  ...rows(
    'bridge',
    {
      what: 'the bridge is deleted',
      does: ip('link delete dev br-lab'),
      leg: 'bridge br-lab',
      plug: 'mends',
    },
    { what: 'the uplink is down', does: ip('link set dev up0 down'), leg: 'uplink up0', plug: 'mends' },
    {
      what: "the uplink has the guest's MAC address",
      does: ip(`link set dev up0 address ${mac}`),
      leg: 'bridgeMember up0',
      plug: 'tells',
    },
    {
      what: 'the uplink has left the bridge',
      does: ip('link set dev up0 nomaster'),
      leg: 'bridgeMember up0',
      plug: 'mends',
    },
    {
      what: 'the uplink has no carrier',
      does: ip('link set dev up1 down'),
      leg: 'uplink up0',
      plug: 'tells',
    },
    {
      what: "the uplink's MTU is small",
      does: ip('link set dev up0 mtu 1300'),
      leg: 'uplink up0',
      plug: 'mends',
    },
    { what: 'the uplink is gone', does: ip('link delete dev up0'), leg: 'uplink up0', plug: 'fails' },
  ),
  ...rows(
    'filtered',
    {
      what: 'the table is flushed',
      does: nft('flush', 'table', 'bridge', 'vifkit'),
      leg: `guestFilter ${tap}`,
      plug: 'mends',
    },
    {
      what: 'the table is gone',
      does: nft('delete', 'table', 'bridge', 'vifkit'),
      leg: `guestFilter ${tap}`,
      plug: 'mends',
    },
    {
      what: 'a chain is flushed',
      does: nft('flush', 'chain', 'bridge', 'vifkit', 'guest'),
      leg: `guestFilter ${tap}`,
      plug: 'mends',
    },
    {
      what: 'a rule lets everything pass',
      does: nft('insert', 'rule', 'bridge', 'vifkit', 'prerouting', 'accept'),
      leg: `guestFilter ${tap}`,
      plug: 'mends',
    },
    {
      what: 'another chain drops everything',
      does: nft('add', 'chain bridge vifkit other { type filter hook forward priority 0; policy drop; }'),
      leg: `guestFilter ${tap}`,
      plug: 'mends',
    },
    {
      what: 'the guest is taken out of the set',
      does: nft('flush', 'set', 'bridge', 'vifkit', 'guests'),
      leg: `guestFilter ${tap}`,
      plug: 'mends',
    },
  ),
  ...rows(
    'tap',
    { what: 'its tap is down', does: ip(`link set dev ${tap} down`), leg: `guestLink ${tap}`, plug: 'mends' },
    {
      what: 'its tap has no queue',
      does: ip(`link set dev ${tap} txqueuelen 0`),
      leg: `guestLink ${tap}`,
      plug: 'tells',
    },
    {
      what: "its tap's MTU is small",
      does: ip(`link set dev ${tap} mtu 1300`),
      leg: `guestLink ${tap}`,
      plug: 'mends',
    },
    {
      what: 'its tap is deleted',
      does: ip(`link delete dev ${tap}`),
      leg: `guestLink ${tap}`,
      plug: 'mends',
    },
  ),
  ...rows(
    'midonet',
    { what: 'its tap is down', does: ip(`link set dev ${tap} down`), leg: `guestLink ${tap}`, plug: 'mends' },
    {
      what: 'its tap is deleted',
      does: ip(`link delete dev ${tap}`),
      leg: `guestLink ${tap}`,
      plug: 'mends',
    },
    {
      what: 'another link has the name of its tap',
      does: all(ip(`link delete dev ${tap}`), ip(`link add name ${tap} type bridge`)),
      leg: `guestLink ${tap}`,
      plug: 'fails',
    },
  ),
  ...rows(
    'macvtap',
    { what: 'the uplink is gone', does: ip('link delete dev up0'), leg: 'macvtap up0', plug: 'fails' },
    { what: 'the uplink is down', does: ip('link set dev up0 down'), leg: 'uplink up0', plug: 'tells' },
    {
      what: 'the uplink has no carrier',
      does: ip('link set dev up1 down'),
      leg: 'uplink up0',
      plug: 'tells',
    },
    {
      what: "the guest's macvtap is down",
      does: ip('link set dev macvtap0 down'),
      leg: 'macvtap up0',
      plug: 'tells',
    },
    {
      what: "the uplink's MTU is small",
      does: ip('link set dev up0 mtu 1300'),
      leg: 'uplink up0',
      plug: 'tells',
    },
    {
      what: "the guest's macvtap has no queue",
      does: ip('link set dev macvtap0 txqueuelen 0'),
      leg: 'macvtap up0',
      plug: 'tells',
    },
    {
      what: "the guest's macvtap is in another mode",
      does: all(
        ip('link delete dev macvtap0'),
        ip(`link add link up0 name macvtap0 address ${mac} type macvtap mode vepa`),
        ip('link set dev macvtap0 up'),
      ),
      leg: 'macvtap up0',
      plug: 'tells',
    },
  ),
];
