import type { OvsBridgeStep, OvsPortAbsentStep, OvsPortStep } from '@vifkit/core';

export const bridgeStep = (name: string, more: Partial<OvsBridgeStep> = {}): OvsBridgeStep => ({
  kind: 'ovsBridge',
  name,
  datapathType: 'dummy',
  ...more,
});

export const portStep = (name: string, more: Partial<OvsPortStep> = {}): OvsPortStep => ({
  kind: 'ovsPort',
  name,
  bridge: 'br0',
  externalIds: { 'iface-id': name },
  wired: true,
  ...more,
});

export const absentStep = (name: string, own: boolean): OvsPortAbsentStep => ({
  kind: 'ovsPortAbsent',
  name,
  own,
});
