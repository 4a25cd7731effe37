import type { StepKind } from '@vifkit/core';

/** What the steps of a kind are about, in the field's words. */
export const nouns: Readonly<Record<StepKind, string>> = {
  link: 'link',
  linkAbsent: 'link',
  linkUser: 'link',
  linkUserAbsent: 'link',
  ovsBridge: 'OVS bridge',
  ovsBridgeAbsent: 'OVS bridge',
  ovsPort: 'OVS port',
  ovsPortAbsent: 'OVS port',
  ovsVifPortsAbsent: 'OVS ports of',
  ovsPortSettings: 'settings of port',
  bridgePort: 'member',
  guestFilter: 'filter',
  guestFilterAbsent: 'filter',
  vf: 'VF',
  command: 'command',
  custom: 'custom step',
};
