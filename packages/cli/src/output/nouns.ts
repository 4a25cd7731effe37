import type { StepKind } from '@vifkit/core';

/** What the steps of a kind are about, in the field's words. */
export const nouns: Readonly<Record<StepKind, string>> = {
  link: 'link',
  linkAbsent: 'link',
  ovsBridge: 'OVS bridge',
  ovsPort: 'OVS port',
  ovsPortAbsent: 'OVS port',
  vf: 'VF',
  command: 'command',
  custom: 'custom step',
};
