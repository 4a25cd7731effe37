import { type Machine, toldOf, type VifLine } from './machine.js';
import {
  anotherMacvtapOnFunction,
  anotherTrustedMacvtapOnFunction,
  bridgeOnVlan,
  macvtapOnFunction,
  macvtapOnVlan,
  otherMacvtapOnVlan,
  trustedMacvtapOnFunction,
} from './requests.js';

/** A way to break the path of one of the machine's VIFs while its guest runs. */
interface Break {
  readonly what: string;
  readonly does: string;
  readonly vifId: string;
  /** What check tells: a leg, or a setting that differs. */
  readonly tells: string;
  /** Whether a plug mends it; what is the guest's, or the uplink's MTU, it only tells. */
  readonly isMended: boolean;
}

/** In the order of the functions. */
const onFunctions = [
  trustedMacvtapOnFunction(''),
  macvtapOnFunction(''),
  anotherMacvtapOnFunction('', ''),
  anotherTrustedMacvtapOnFunction(''),
];

const idOf = (request: { readonly vif: { readonly id: string } }) => request.vif.id;
const [trusted = '', plain = '', another = '', anotherTrusted = ''] = onFunctions.map(idOf);
const onBridge = idOf(bridgeOnVlan);
const onVlan = idOf(macvtapOnVlan);

const breaks = (what: string, does: string, vifId: string, tells: string, isMended = true): Break => {
  return { what, does, vifId, tells, isMended };
};

/** One after the other: in each round a VIF is broken in one way. Functions are those of eth0, and their devices eth1 to eth4. */
export const rounds: readonly (readonly Break[])[] = [
  [
    breaks("a function's VLAN is another", 'ip link set dev eth0 vf 0 vlan 7', trusted, 'vf vlan'),
    breaks("a function's MAC is another", 'ip link set dev eth0 vf 1 mac 52:54:00:7b:00:77', plain, 'vf mac'),
    breaks("a function's device is down", 'ip link set dev eth3 down', another, 'broken uplink eth3'),
    breaks('a function is not trusted', 'ip link set dev eth0 vf 3 trust off', anotherTrusted, 'vf trust'),
    breaks(
      'the VLAN has left its bridge',
      'ip link set dev vlan101 nomaster',
      onBridge,
      'broken bridgeMember vlan101',
    ),
    breaks('the VLAN is down', 'ip link set dev vlan102 down', onVlan, 'broken vlan vlan102'),
  ],
  [
    breaks(
      'the macvtap on a function is down',
      'ip link set dev guest1 down',
      plain,
      'broken macvtap eth2',
      false,
    ),
    breaks(
      'the macvtap on a function is gone',
      'ip link delete dev guest2',
      another,
      'waiting macvtap eth3',
      false,
    ),
    breaks(
      "the MTU of the VLAN's uplink is small",
      'ip link set dev eth0 mtu 1400',
      onBridge,
      'broken uplink eth0',
      false,
    ),
    breaks(
      'the macvtap on a VLAN is down',
      'ip link set dev guest4 down',
      onVlan,
      'broken macvtap vlan102',
      false,
    ),
  ],
  [
    breaks(
      'the VLAN of a bridge is gone',
      'ip link set dev eth0 mtu 1500; ip link delete dev vlan101',
      onBridge,
      'broken vlan vlan101',
    ),
    breaks('the VLAN of a macvtap is gone', 'ip link delete dev vlan102', onVlan, 'broken vlan vlan102'),
  ],
];

/** What was told of each break: legs that are not sound, and settings that differ. */
export interface Told {
  readonly check: ReadonlyMap<Break, readonly string[]>;
  readonly plug: ReadonlyMap<Break, readonly string[]>;
}

/** Breaks the ways of VIFs whose guests run, round by round. They are plugged again at the end, and the guests are gone. */
export async function playBreaks(machine: Machine, requests: readonly object[]): Promise<Told> {
  const [check, plug] = [new Map<Break, readonly string[]>(), new Map<Break, readonly string[]>()];
  for (const round of rounds) {
    await machine.run(round.map(({ does }) => does).join('; '));
    const find = (lines: readonly VifLine[], { vifId }: Break) =>
      lines.filter(({ id }) => id === vifId).flatMap(toldOf);
    const checked = await machine.vif('check', requests);
    const plugged = await machine.vif('plug', [...requests, otherMacvtapOnVlan]);
    for (const each of round) {
      check.set(each, find(checked, each));
      plug.set(each, find(plugged, each));
    }
  }
  await machine.run('for i in 0 1 3; do ip link delete dev guest$i; done; ip link delete dev tap3b1d0c7e-52');
  return { check, plug };
}

/** Has guests come for the VIFs, as libvirt does it: macvtaps, and a link in the bridge, in a tap's place. */
export const startGuests = [
  'modprobe -a macvtap veth',
  // Whose address the function's device is to have, libvirt says: a card gives it only what the plug has given the function.
  ...onFunctions.flatMap(({ vif: { address } }, i) => [
    `ip link set dev eth${i + 1} address ${address}`,
    `ip link add link eth${i + 1} name guest${i} up type macvtap mode passthru`,
  ]),
  `ip link add link vlan102 name guest4 address ${macvtapOnVlan.vif.address} up type macvtap mode bridge`,
  'ip link add name tap3b1d0c7e-52 mtu 1450 type veth peer name guest5',
  'ip link set dev guest5 up',
  'ip link set dev tap3b1d0c7e-52 up master brq6a1de5d2-7a',
].join(' && ');
