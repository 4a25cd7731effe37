import type { DomainElement, GuestDevice } from '@vifkit/core';

/** A guest's device for people: its XML, and as comments what else the domain needs. */
export function renderDevice(device: GuestDevice): string {
  return device.toXml() + (device.domain ?? []).map(comment).join('');
}

/** It has to be one: two hyphens in a row would end it. */
function comment({ xml, why }: DomainElement): string {
  const text = `The domain needs this besides. ${why}\n${xml}`.replaceAll('--', '- -');
  return `<!--\n${text.trimEnd()}\n-->\n`;
}
