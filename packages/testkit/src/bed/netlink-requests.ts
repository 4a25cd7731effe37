/** The number of netlink requests by type, as in `RTM_NEWLINK`. */
export type NetlinkRequests = Readonly<Record<string, number>>;

/** Requests that only read, and the marks around a batch of nf_tables. */
const READING = /^RTM_GET|^NLMSG_|NFT_MSG_GET|^NFNL_MSG_BATCH|^0xa(?:01|04|07|0a|0d|10|13|17)\b/; // the last are NFT_MSG_GET*

/**
 * strace does not know the protocol of a socket that it cannot look up, and then shows numbers. Those of links, beside
 * which others come in fours as well: new, delete, get, set (linux/rtnetlink.h).
 */
const VERBS = ['NEW', 'DEL', 'GET', 'SET'];
const OBJECTS = ['LINK', 'ADDR', 'ROUTE', 'NEIGH', 'RULE', 'QDISC', 'TCLASS', 'TFILTER'];
const FIRST_TYPE = 16;

/**
 * `ip` asks the kernel at each start whether it knows RTM_NEWLINK, by a request that names no link and is refused. It
 * has nothing behind the two headers: 32 bytes.
 */
const PROBE = /nlmsg_len=32, nlmsg_type=(?:RTM_NEWLINK|0x10).*(?:ifi_index=0,|"(?:\\x00|\\0)+")/;

/**
 * Generic netlink, by which ethtool asks for its family (3), for names (1) and for features (11). Behind the command it has
 * a version, 1, and two empty bytes.
 */
const CARD_QUESTION = /"(?:\\x0[13b]|\\[13v])(?:\\x01|\\1)(?:\\x00|\\0){2}/;

/** The number of requests that would change something. */
export function netlinkWrites(requests: NetlinkRequests): number {
  const writing = Object.entries(requests).filter(([type]) => !READING.test(type));
  return writing.reduce((sum, [, count]) => sum + count, 0);
}

/** Counts the requests in the output of strace. */
export function countNetlinkRequests(lines: readonly string[]): NetlinkRequests {
  const counts: Record<string, number> = {};
  const sent = lines.filter(
    (line) => line.startsWith('send') && !PROBE.test(line) && !CARD_QUESTION.test(line),
  );
  for (const [, type = ''] of sent.flatMap((line) => [...line.matchAll(/nlmsg_type=([^,]+),/g)])) {
    const name = nameOf(type);
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}

function nameOf(type: string): string {
  if (!type.startsWith('0x')) return type;
  const place = Number.parseInt(type, 16) - FIRST_TYPE;
  const [verb, object] = [VERBS[place % VERBS.length], OBJECTS[Math.floor(place / VERBS.length)]];
  return verb && object ? `RTM_${verb}${object}` : type;
}
