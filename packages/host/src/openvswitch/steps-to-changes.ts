import type {
  OvsBridgeAbsentStep,
  OvsBridgeStep,
  OvsPortAbsentStep,
  OvsPortInitial,
  OvsPortStep,
  OvsVifPortsAbsentStep,
} from '@vifkit/core';
import type { Task } from '@vifkit/engine/former';
import type { OvsChange, OvsKeys, OvsPortSettings, PutPort } from './changes.js';
import type { OwnedPorts } from './compare.js';
import { BRIDGE_MARK, OWNER_KEY, ownerMark } from './marks.js';
import type { OvsBridge, OvsPort } from './state.js';

export type OvsStep =
  | OvsBridgeStep
  | OvsBridgeAbsentStep
  | OvsPortStep
  | OvsPortAbsentStep
  | OvsVifPortsAbsentStep;

/** The changes that do a step. */
export function doing({ step, vifId: owner, inspection }: Task<OvsStep>): OvsChange[] {
  switch (step.kind) {
    case 'ovsBridge': {
      const { name, datapathType, mtu, own } = step;
      const externalIds = { ...BRIDGE_MARK, ...ownerMark(owner) };
      const marks = isMarked(inspection) ? externalIds : undefined;
      return [{ kind: 'ensureBridge', owner, name, datapathType, mtu, marks, ...(own && { externalIds }) }];
    }
    case 'ovsBridgeAbsent':
      return [{ kind: 'removeIdleBridge', owner, name: step.name, ifMarked: !step.own }];
    case 'ovsPortAbsent':
      return [{ kind: 'removePort', owner, name: step.name, ifMarked: !step.own }];
    case 'ovsVifPortsAbsent':
      return [...ownedBy(inspection).keys()].map((name) => ({
        kind: 'removePort',
        owner,
        name,
        ifMarked: false,
      }));
    case 'ovsPort': {
      const { name, bridge, initial, wired } = step;
      // A port of the kernel's link that is of another type gets that one's.
      const isOther = inspection.differences.some(({ attribute }) => attribute === 'type');
      const settings = { ...(isOther && { type: '' }), ...settingsOf(step) };
      const portExternalIds = ownerMark(owner);
      const marks = isMarked(inspection) ? portExternalIds : undefined;
      const port = { name, bridge, settings, portExternalIds, marks, initial, wired };
      return [{ kind: 'putPort', owner, ...port, ...(isAnothers(inspection) && { anew: true }) }];
    }
  }
}

/**
 * The changes that take a step back, if there is anything to take back. They never wait for ovs-vswitchd to
 * open a port: a plug may have failed because ovs-vswitchd does not run.
 */
export function undoing({ step, vifId: owner, inspection }: Task<OvsStep>): OvsChange[] {
  switch (step.kind) {
    case 'ovsBridge': {
      const { name } = step;
      const before = inspection.before as OvsBridge | undefined;
      if (!before) return [{ kind: 'removeBridge', owner, name }];
      const marks = isMarked(inspection)
        ? formerKeys(before.externalIds, { ...BRIDGE_MARK, ...ownerMark(owner) })
        : undefined;
      return [{ kind: 'setBridgeMtu', owner, name, mtu: before.mtuRequest, marks }];
    }
    case 'ovsBridgeAbsent':
      return bridgeBack(step.name, owner, inspection.before as OvsBridge | undefined);
    case 'ovsPortAbsent':
      return portBack(step.name, owner, inspection.before as OvsPort | undefined);
    case 'ovsVifPortsAbsent':
      return [...ownedBy(inspection)].flatMap(([name, port]) => portBack(name, owner, port));
    case 'ovsPort': {
      const { name } = step;
      const before = inspection.before as OvsPort | undefined;
      if (!before) return [{ kind: 'removePort', owner, name, ifMarked: true }];
      const changed = new Set(inspection.differences.map(({ attribute }) => attribute));
      if (changed.has('bridge')) return portBack(name, owner, before); // it was made anew
      const settings = pick(formerSettings(before, step), changed);
      const { bridge, externalIds: portExternalIds } = before;
      const marks = isMarked(inspection) ? formerKeys(portExternalIds, ownerMark(owner)) : undefined;
      return [{ kind: 'putPort', owner, name, bridge, settings, portExternalIds, marks, wired: false }];
    }
  }
}

/** Whether something that is there is given the VIF's mark. */
function isMarked({ differences }: Task['inspection']): boolean {
  return differences.some(({ attribute }) => attribute === OWNER_KEY);
}

/** Whether a port that is there has been another VIF's. */
function isAnothers({ found }: Task['inspection']): boolean {
  return found?.whose === 'other';
}

function ownedBy({ before }: Task['inspection']): OwnedPorts {
  return (before as OwnedPorts | undefined) ?? new Map();
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

/** A bridge that was removed. Its patch ports are lost. */
function bridgeBack(name: string, owner: string, before: OvsBridge | undefined): OvsChange[] {
  if (!before) return [];
  const { datapathType, externalIds, mtuRequest: mtu } = before;
  return [{ kind: 'ensureBridge', owner, name, datapathType, mtu, externalIds }];
}

/** A port that was removed, with all that we know of it; what else it had is lost. */
function portBack(name: string, owner: string, before: OvsPort | undefined): PutPort[] {
  if (!before) return [];
  const { bridge, externalIds: portExternalIds } = before;
  const [settings, initial] = [formerSettings(before), formerInitial(before)];
  return [{ kind: 'putPort', owner, name, bridge, settings, portExternalIds, initial, wired: false }];
}

function formerInitial({ vlanMode, trunks = [] }: OvsPort): OvsPortInitial {
  return { ...(vlanMode !== undefined && { vlanMode }), ...(trunks.length > 0 && { trunks }) };
}

/** The settings that a port had; of a step that changed it, the keys that the step asks for. */
function formerSettings({ tag, interface: its }: OvsPort, step?: OvsPortStep): OvsPortSettings {
  if (!its) return {};
  const { type, mtuRequest } = its;
  const externalIds = formerKeys(its.externalIds, step?.externalIds);
  const options = formerKeys(its.options, step?.options);
  return { tag: tag ?? null, type, externalIds, options, mtuRequest: mtuRequest ?? null };
}

function formerKeys(former: Readonly<Record<string, string>>, asked: OvsKeys = former): OvsKeys {
  return Object.fromEntries(Object.keys(asked).map((key) => [key, former[key] ?? null]));
}

/** Only what we changed is put back: others may have changed the rest since. */
function pick(settings: OvsPortSettings, names: ReadonlySet<string>): OvsPortSettings {
  return Object.fromEntries(Object.entries(settings).filter(([name]) => names.has(name)));
}
