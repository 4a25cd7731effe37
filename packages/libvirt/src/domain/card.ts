import { VifError } from '@vifkit/core';
import type { GuestDevice } from '@vifkit/core/nova';
import type { DomainDescription, DomainDevice } from './domain-xml.js';

/** libvirt keeps aliases that begin with `ua-` unchanged. */
const ALIAS_PREFIX = 'ua-vif-';

/** The mark of a VIF's card. */
function aliasOf(vifId: string): string {
  return `${ALIAS_PREFIX}${vifId}`;
}

/** The id of the VIF whose card has this alias; undefined for an alias that is not our mark. */
export function vifIdOfAlias(alias: string): string | undefined {
  return alias.startsWith(ALIAS_PREFIX) ? alias.slice(ALIAS_PREFIX.length) : undefined;
}

/** The XML of a card with the VIF's mark. */
export function withAlias(xml: string, vifId: string): string {
  return xml.replace(/(\s*)<\/(interface|hostdev)>\s*$/, `$1  <alias name="${aliasOf(vifId)}"/>$1</$2>\n`);
}

/** The VIF's card: by our mark, otherwise by its interface id or MAC address. */
export function deviceIn(
  description: DomainDescription | undefined,
  vifId: string,
  mac?: string,
): DomainDevice | undefined {
  const devices = description?.devices ?? [];
  return (
    devices.find(({ alias }) => alias === aliasOf(vifId)) ??
    devices.find((device) => device.interfaceId === vifId || (mac !== undefined && device.mac === mac))
  );
}

/** @throws VifError DOMAIN_UNFIT for a domain that lacks what the card needs and cannot be added to a running guest */
export function requireFit(
  name: string,
  { domain = [] }: GuestDevice,
  descriptions: readonly (DomainDescription | undefined)[],
): void {
  const [needed] = domain;
  if (!needed?.xml.includes('memoryBacking') || descriptions.every((each) => each?.sharesMemory !== false)) {
    return;
  }
  const text = `Domain ${name} cannot have this card: ${needed.why} Add this to the domain, and restart it: ${needed.xml.replaceAll(/\s*\n\s*/g, '')}`;
  throw new VifError('DOMAIN_UNFIT', text);
}
