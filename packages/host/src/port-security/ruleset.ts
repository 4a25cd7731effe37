/** Our table, and how every command names it. */
export const TABLE = 'bridge vifkit';

/** A chain as it has to be. */
export interface Chain {
  readonly name: string;
  /** Of the chain that the kernel begins at. */
  readonly hook?: {
    readonly type: 'filter';
    readonly hook: 'prerouting';
    readonly prio: number;
    readonly policy: 'accept';
  };
  readonly rules: readonly string[];
}

/** What the rules look guests up in, with the sets' types. */
export const SETS: Readonly<Record<string, string>> = {
  guests: 'ifname',
  addressed: 'ifname',
  macs: 'ifname . ether_addr',
  ipv4: 'ifname . ipv4_addr',
  ipv6: 'ifname . ipv6_addr',
};

/**
 * What is said of guests is elements of sets alone, so that a guest comes and goes without a rule being touched. The hook
 * is the first one of a bridge: before anything is forwarded, or reaches the host.
 */
export const CHAINS: readonly Chain[] = [
  {
    name: 'address',
    rules: [
      // Who has no address yet asks for one, or whether somebody else has it.
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
      // A tag would hide from the rules below what is behind it.
      'ether type { 8021q, 8021ad } drop',
      'udp sport { 67, 547 } drop', // a DHCP server's
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

/** The table with no guest in it. */
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

/** By its comment a rule is known again: nftables prints rules in words of its own, which change with its releases. */
export function commentOf(rules: readonly string[], index: number): string {
  return `${index + 1}/${rules.length} ${rules[index]}`;
}

function hookText({ type, hook, prio, policy }: NonNullable<Chain['hook']>): string {
  return ` { type ${type} hook ${hook} priority ${prio}; policy ${policy}; }`;
}
