/** Our table, and how every command names it. */
export const TABLE = 'bridge vifkit';

/**
 * The table with no guest in it. What is said of guests is elements of its sets alone, so that a guest comes and goes
 * without a rule being touched. The hook is the first one of a bridge: before anything is forwarded, or reaches
 * the host.
 */
export const EMPTY_TABLE = [
  `create table ${TABLE}`,
  `add set ${TABLE} guests { type ifname; }`,
  `add set ${TABLE} addressed { type ifname; }`,
  `add set ${TABLE} macs { type ifname . ether_addr; }`,
  `add set ${TABLE} ipv4 { type ifname . ipv4_addr; }`,
  `add set ${TABLE} ipv6 { type ifname . ipv6_addr; }`,
  `add chain ${TABLE} guest`,
  `add chain ${TABLE} address`,
  ...rules('guest', [
    'iifname . ether saddr != @macs drop',
    'ether type arp iifname . arp saddr ether != @macs drop',
    // A tag would hide from the rules below what is behind it.
    'ether type { 8021q, 8021ad } drop',
    'udp sport { 67, 547 } drop', // a DHCP server's
    'icmpv6 type nd-router-advert drop',
    'iifname @addressed jump address',
  ]),
  ...rules('address', [
    // Who has no address yet asks for one, or whether somebody else has it.
    'ip saddr 0.0.0.0 udp dport 67 accept',
    'ether type arp arp saddr ip 0.0.0.0 accept',
    'ip6 saddr { ::, fe80::/10 } accept',
    'ether type ip iifname . ip saddr != @ipv4 drop',
    'ether type arp iifname . arp saddr ip != @ipv4 drop',
    'ether type ip6 iifname . ip6 saddr != @ipv6 drop',
  ]),
  `add chain ${TABLE} prerouting { type filter hook prerouting priority -300; policy accept; }`,
  ...rules('prerouting', ['iifname @guests jump guest']),
];

function rules(chain: string, lines: readonly string[]): string[] {
  return lines.map((line) => `add rule ${TABLE} ${chain} ${line}`);
}
