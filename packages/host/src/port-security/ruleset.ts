/** Our table, as every command names it. */
export const TABLE = 'bridge vifkit';

/** A chain as it should be. */
export interface Chain {
  readonly name: string;
  /** Set for the chain that the kernel starts at. */
  readonly hook?: {
    readonly type: 'filter';
    readonly hook: 'prerouting';
    readonly prio: number;
    readonly policy: 'accept';
  };
  readonly rules: readonly string[];
}

/** The sets in which the rules look up guests, with their types. */
export const SETS: Readonly<Record<string, string>> = {
  guests: 'ifname',
  addressed: 'ifname',
  macs: 'ifname . ether_addr',
  ipv4: 'ifname . ipv4_addr',
  ipv6: 'ifname . ipv6_addr',
};

/**
 * Guests are represented only by elements of sets, so that a guest is added or removed without touching a rule. The
 * hook is the first one of a bridge, before anything is forwarded or reaches the host.
 */
export const CHAINS: readonly Chain[] = [
  {
    name: 'address',
    rules: [
      // A guest that has no address yet requests one, or checks whether somebody else has it.
      'ip saddr 0.0.0.0 udp dport 67 accept',
      'ether type arp arp saddr ip 0.0.0.0 accept',
      'ip6 saddr { ::, fe80::/10 } accept',
      'ether type ip iifname . ip saddr != @ipv4 drop',
      'ether type arp iifname . arp saddr ip != @ipv4 drop',
      'ether type ip6 iifname . ip6 saddr != @ipv6 drop',
    ],
  },
  {
    name: 'guest',
    rules: [
      'iifname . ether saddr != @macs drop',
      'ether type arp iifname . arp saddr ether != @macs drop',
      // A tag would hide the rest of the packet from the rules below.
      'ether type { 8021q, 8021ad } drop',
      'udp sport { 67, 547 } drop', // replies of a DHCP server
      'icmpv6 type nd-router-advert drop',
      'iifname @addressed jump address',
    ],
  },
  {
    name: 'prerouting',
    hook: { type: 'filter', hook: 'prerouting', prio: -300, policy: 'accept' },
    rules: ['iifname @guests jump guest'],
  },
];

/** The table without guests. */
export const EMPTY_TABLE: readonly string[] = [
  `create table ${TABLE}`,
  ...Object.entries(SETS).map(([name, type]) => `add set ${TABLE} ${name} { type ${type}; }`),
  ...CHAINS.map(({ name, hook }) => `add chain ${TABLE} ${name}${hook ? hookText(hook) : ''}`),
  ...CHAINS.flatMap(({ name, rules }) =>
    rules.map(
      (rule, i) => `add rule ${TABLE} ${name} ${rule} comment ${JSON.stringify(commentOf(rules, i))}`,
    ),
  ),
];

/** The comment by which a rule is recognized: nftables prints rules in its own form, which changes between releases. */
export function commentOf(rules: readonly string[], index: number): string {
  return `${index + 1}/${rules.length} ${rules[index]}`;
}

function hookText({ type, hook, prio, policy }: NonNullable<Chain['hook']>): string {
  return ` { type ${type} hook ${hook} priority ${prio}; policy ${policy}; }`;
}
