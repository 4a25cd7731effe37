import type { OvsBridgeStep, OvsPortAbsentStep, OvsPortStep, Task } from '@vifkit/core';
import type { OvsChange, OvsPortSettings } from './changes.js';
import { portMark } from './marks.js';
import type { OvsBridge, OvsPort } from './state.js';

export type OvsStep = OvsBridgeStep | OvsPortStep | OvsPortAbsentStep;

/** The change that does a step. */
export function doing({ step, vifId: owner }: Task<OvsStep>): OvsChange {
  const { name } = step;
  switch (step.kind) {
    case 'ovsBridge':
      return { kind: 'ensureBridge', owner, name, datapathType: step.datapathType, mtu: step.mtu };
    case 'ovsPortAbsent':
      return { kind: 'removePort', owner, name, ifMarked: !step.own };
    case 'ovsPort': {
      const { bridge, wired } = step;
      const portExternalIds = portMark(owner);
      return { kind: 'putPort', owner, name, bridge, settings: settingsOf(step), portExternalIds, wired };
    }
  }
}

/**
 * The change that takes a step back, if there is anything to take back. It never waits for ovs-vswitchd to
 * open a port: a plug may have failed because ovs-vswitchd does not run.
 */
export function undoing(task: Task<OvsStep>): OvsChange | undefined {
  const { step, vifId: owner, inspection } = task;
  const { name } = step;
  if (step.kind === 'ovsBridge') {
    const before = inspection.before as OvsBridge | undefined;
    if (!before) return { kind: 'removeBridge', owner, name };
    return { kind: 'setBridgeMtu', owner, name, mtu: before.mtuRequest };
  }
  const before = inspection.before as OvsPort | undefined;
  if (!before)
    return step.kind === 'ovsPort' ? { kind: 'removePort', owner, name, ifMarked: true } : undefined;
  const former = formerSettings(before);
  const changed = new Set(inspection.differences.map(({ attribute }) => attribute));
  const settings = step.kind === 'ovsPort' ? pick(former, changed) : former;
  const { bridge, externalIds: portExternalIds } = before;
  return { kind: 'putPort', owner, name, bridge, settings, portExternalIds, wired: false };
}

function settingsOf({ tag, type, externalIds, options, mtuRequest }: OvsPortStep): OvsPortSettings {
  return {
    externalIds,
    ...(tag !== undefined && { tag }),
    ...(type !== undefined && { type }),
    ...(options && { options }),
    ...(mtuRequest !== undefined && { mtuRequest }),
  };
}

/** All that we know of a port; what else a port that was removed had is lost. */
function formerSettings({ tag, interface: its }: OvsPort): OvsPortSettings {
  if (!its) return {};
  const { type, externalIds, options, mtuRequest } = its;
  return { tag: tag ?? null, type, externalIds, options, mtuRequest: mtuRequest ?? null };
}

/** Only what we changed is put back: others may have changed the rest since. */
function pick(settings: OvsPortSettings, names: ReadonlySet<string>): OvsPortSettings {
  return Object.fromEntries(Object.entries(settings).filter(([name]) => names.has(name)));
}
