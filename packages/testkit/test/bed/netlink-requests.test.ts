import { describe, expect, it } from 'vitest';
import { countNetlinkRequests, netlinkWrites } from '../../src/bed/netlink-requests.js';

const header = (length: number, type: string) => `[{nlmsg_len=${length}, nlmsg_type=${type}, nlmsg_flags=5}`;
const link = (index: number) => `{ifi_family=AF_UNSPEC, ifi_type=0, ifi_index=${index}, ifi_flags=IFF_UP}`;
const sent = (what: string) => `sendmsg(3, {msg_iov=[{iov_base=${what}], iov_len=32}]}, 0) = 32`;

describe('netlink requests in lines of strace', () => {
  it('are counted by their types', () => {
    const lines = [
      sent(`${header(40, 'RTM_GETLINK')}, ${link(0)}`),
      sent(`${header(60, 'RTM_NEWLINK')}, ${link(0)}`),
      sent(`${header(60, 'RTM_NEWLINK')}, ${link(7)}`),
      'openat(AT_FDCWD, "/proc/self/stat", O_RDONLY) = 3',
    ];
    expect(countNetlinkRequests(lines)).toEqual({ RTM_GETLINK: 1, RTM_NEWLINK: 2 });
  });

  it('count each of a message', () => {
    const batch = sent(
      `[${header(60, 'RTM_DELLINK')}, ${link(1)}], ${header(60, 'RTM_DELLINK')}, ${link(2)}]]`,
    );
    expect(countNetlinkRequests([batch])).toEqual({ RTM_DELLINK: 2 });
  });

  it('are reported by their numbers where strace knows no more', () => {
    const lines = [0x10, 0x11, 0x12, 0x14].map((type) =>
      sent(`${header(60, `0x${type.toString(16)} /* NLMSG_??? */`)}, "\\x01"`),
    );
    const expected = { RTM_NEWLINK: 1, RTM_DELLINK: 1, RTM_GETLINK: 1, RTM_NEWADDR: 1 };
    expect(countNetlinkRequests(lines)).toEqual(expected);
  });

  it('do not include the question that `ip` asks at its start, but a link that is set up', () => {
    const zeros = '\\x00'.repeat(16);
    const lines = [
      sent(`${header(32, 'RTM_NEWLINK')}, ${link(0)}`),
      sent(`${header(32, '0x10 /* NLMSG_??? */')}, "${zeros}"`),
      sent(`${header(32, 'RTM_NEWLINK')}, ${link(7)}`),
    ];
    expect(countNetlinkRequests(lines)).toEqual({ RTM_NEWLINK: 1 });
  });
});

it.each([
  ['RTM_NEWLINK', 1],
  ['RTM_DELLINK', 1],
  ['NFNL_SUBSYS_NFTABLES<<8|NFT_MSG_NEWRULE', 1],
  ['0x99 /* NLMSG_??? */', 1],
  ['RTM_GETLINK', 0],
  ['NFNL_SUBSYS_NFTABLES<<8|NFT_MSG_GETTABLE', 0],
  ['NFNL_MSG_BATCH_BEGIN', 0],
  ['NLMSG_DONE', 0],
])('%s counts for %i as a write', (type, count) => {
  expect(netlinkWrites({ [type]: 1 })).toBe(count);
});
