import type { Task, VifStep, Wanted } from '@vifkit/core/step-kinds';
import type { OvsBridgeStep, OvsPortAbsentStep, OvsPortStep } from '@vifkit/core/steps';
import type { OvsStep, OvsWrite } from '../../src/openvswitch/changes.js';

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

/** What the engine hands over to be carried out: the steps for which something is to be written. */
export function tasksOf(
  steps: readonly VifStep<OvsStep>[],
  found: readonly (Wanted<OvsWrite> | undefined)[],
): Task<OvsStep, OvsWrite>[] {
  return steps.flatMap((each, i) => {
    const change = found[i]?.change;
    return change ? [{ ...each, change }] : [];
  });
}
