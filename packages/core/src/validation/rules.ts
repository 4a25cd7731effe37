import { isCidr, isIpAddress, isMacAddress, isPciAddress } from './addresses.js';
import { isLinkName, linkNameRule } from './link-name.js';
import { isMtu, isVlanId, mtuRange, vlanRange } from './numbers.js';
import { isPlainText, isSocketPath } from './text.js';
import { isUuid } from './uuid.js';

/** A predicate, and the sentence that follows the name of what it refuses. */
export interface Rule {
  readonly accepts: (value: unknown) => boolean;
  readonly says: string;
}

/** The rules for single values, of which decorators and declared fields are made. */
export const rules = {
  linkName: { accepts: isLinkName, says: linkNameRule },
  mac: { accepts: isMacAddress, says: 'must be a MAC address (xx:xx:xx:xx:xx:xx)' },
  pci: { accepts: isPciAddress, says: 'must be a PCI address (dddd:bb:ss.f)' },
  ip: { accepts: isIpAddress, says: 'must be an IP address' },
  cidr: { accepts: isCidr, says: 'must be an IP network with a prefix length' },
  uuid: { accepts: isUuid, says: 'must be a UUID' },
  text: { accepts: isPlainText, says: 'must be text of at most 255 characters without control characters' },
  socketPath: { accepts: isSocketPath, says: 'must be an absolute path of at most 107 bytes' },
  boolean: { accepts: (value: unknown) => typeof value === 'boolean', says: 'must be true or false' },
  mtu: { accepts: isMtu, says: `must be an integer from ${mtuRange.min} to ${mtuRange.max}` },
  vlanId: { accepts: isVlanId, says: `must be an integer from ${vlanRange.min} to ${vlanRange.max}` },
} as const satisfies Record<string, Rule>;

export type RuleName = keyof typeof rules;
