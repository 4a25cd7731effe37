import { VifError } from '../errors/vif-error.js';
import { quote } from './quote.js';

/**
 * Letters, digits and `_.+-` only. The kernel takes more, but `%` is a template to it, `/` and spaces end a
 * name in /proc, and `#`, `\` and quotes mean something to `ip -batch`. 15 bytes is IFNAMSIZ less its NUL.
 */
const pattern = /^[A-Za-z0-9_.+][A-Za-z0-9_.+-]{0,14}$/;

/** `all` and `default` are directories of /proc/sys/net/ipv4/conf: settings there are not one link's. */
const reserved: ReadonlySet<unknown> = new Set(['.', '..', 'all', 'default']);

/** To `ip`, `if2` is the link of index 2 wherever no link has that name. */
const byIndex = /^if\d+$/;

/** What a link's name must be, for messages. */
export const linkNameRule =
  'must be a link name: 1 to 15 letters, digits or _.+- with no leading -, and not ".", "..", "all", "default" or "if" and a number';

/** Whether a value may name a link (network interface or bridge) on a command line, in a batch file or in /proc. */
export function isLinkName(value: unknown): value is string {
  return typeof value === 'string' && pattern.test(value) && !reserved.has(value) && !byIndex.test(value);
}

/**
 * Refuses what is not a link's name.
 * @param what names the value in the message, as in `bridge_name`
 * @throws VifError INVALID_VIF
 */
export function checkLinkName(name: unknown, what: string, vifId?: string): asserts name is string {
  if (!isLinkName(name)) {
    throw new VifError('INVALID_VIF', `${what} ${linkNameRule}; it is ${quote(name)}`, { vifId });
  }
}
