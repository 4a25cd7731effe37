import { asVifError, type VifError } from '@vifkit/core';
import type { Outcome } from '@vifkit/engine/former';
import {
  hasBridgeMark,
  hasPortMark,
  isWired,
  notWired,
  type OvsBridge,
  type OvsChange,
  type OvsMarked,
  type OvsOwner,
  type OvsPort,
  type OvsQuery,
  type OvsState,
  type OvsStore,
  ownerIn,
  portFailed,
} from '@vifkit/host/parts';
import type { Kernel } from '../links/kernel.js';
import type { Points } from '../points.js';
import { Switch } from './switch.js';
import { Vswitchd } from './vswitchd.js';

/** A bridge to be there from the start: not made by vifkit. */
export interface OvsBridgeSpec extends Partial<OvsBridge> {
  readonly name: string;
}

/** An Open vSwitch in memory: its database, and an ovs-vswitchd that is done at once. */
export class MemoryOvs implements OvsStore {
  readonly #points: Points;
  readonly #vswitchd: Vswitchd;
  #switch = new Switch();

  constructor(points: Points, kernel: Kernel, bridges: readonly OvsBridgeSpec[] = []) {
    this.#points = points;
    this.#vswitchd = new Vswitchd(kernel);
    for (const { name, datapathType = '', externalIds = {}, mtuRequest } of bridges) {
      this.#switch.putBridge(name, { datapathType, externalIds }, mtuRequest);
    }
    this.#vswitchd.carryOut(this.#switch);
  }

  /** Every bridge and port, by name; the bridges' local ports too. */
  snapshot(): { bridges: Record<string, OvsBridge>; ports: Record<string, OvsPort> } {
    const { bridges, ports } = this.#state();
    return { bridges: Object.fromEntries([...bridges].sort()), ports: Object.fromEntries([...ports].sort()) };
  }

  async read(query: OvsQuery): Promise<OvsState> {
    const { owners = [], idle = [] } = query;
    const { bridges, ports } = this.#state();
    const owned = new Map<string, string[]>();
    const ownedBridges = new Map<string, string[]>();
    for (const owner of owners) {
      const { vifId } = owner;
      owned.set(vifId, [...new Set([...(owned.get(vifId) ?? []), ...this.#portsOf(owner)])].sort());
      const own = [...bridges].filter(([, row]) => hasBridgeMark(row) && hasPortMark(row, vifId));
      ownedBridges.set(
        vifId,
        own.map(([name]) => name),
      );
    }
    const wanted = new Set([...query.ports, ...query.bridges, ...[...owned.values()].flat()]);
    const strays = [...ownedBridges.values()].flat().filter((name) => !query.bridges.includes(name));
    const asked = new Set([...query.bridges, ...idle, ...strays]);
    return {
      bridges: new Map([...bridges].filter(([name]) => asked.has(name))),
      ports: new Map([...ports].filter(([name]) => wanted.has(name))),
      owned,
      ownedBridges,
      users: new Map(
        [...idle, ...strays].flatMap((name) =>
          bridges.has(name) ? [[name, this.#switch.users(name)] as const] : [],
        ),
      ),
    };
  }

  async readMarked(_signal?: AbortSignal, vifIds?: readonly string[]): Promise<OvsMarked> {
    const { bridges, ports } = this.#switch;
    const isWanted = (vifId: string | undefined) =>
      !vifIds || (vifId !== undefined && vifIds.includes(vifId));
    return {
      ports: [...ports].flatMap(([name, { externalIds }]) => {
        const vifId = ownerIn(externalIds);
        return vifId === undefined || !isWanted(vifId) ? [] : [{ name, vifId }];
      }),
      bridges: [...bridges].flatMap(([name, row]) => {
        const vifId = ownerIn(row.externalIds);
        return hasBridgeMark(row) && isWanted(vifId) ? [{ name, vifId }] : [];
      }),
    };
  }

  async commit(changes: readonly OvsChange[], signal: AbortSignal): Promise<readonly Outcome[]> {
    const outcomes = new Map<OvsChange, VifError>();
    const awaited: OvsChange[] = [];
    for (const owner of new Set(changes.map((change) => change.owner))) {
      const own = changes.filter((change) => change.owner === owner);
      try {
        awaited.push(...(await this.#transact(own, signal)));
      } catch (error) {
        const failure = asVifError(error, 'OVSDB_ERROR', 'Open vSwitch could not be changed');
        for (const change of own) outcomes.set(change, failure);
      }
    }
    this.#vswitchd.carryOut(this.#switch);
    for (const change of awaited) {
      const failure = await this.#wiringFailure(change, signal);
      if (failure) outcomes.set(change, failure);
    }
    return changes.map((change) => outcomes.get(change));
  }

  /** All of the changes or none. Answers those that ovs-vswitchd is to be waited for. */
  async #transact(changes: readonly OvsChange[], signal: AbortSignal): Promise<OvsChange[]> {
    const what = changes.map(({ kind, name }) => `${kind} ${name}`).join(', ');
    const failure = await this.#points.reach({ part: 'ovs', what }, signal);
    if (failure) throw failure;
    const draft = this.#switch.copy();
    const awaited = changes.filter((change) => draft.make(change));
    this.#switch = draft;
    return awaited;
  }

  async #wiringFailure(change: OvsChange, signal: AbortSignal): Promise<VifError | undefined> {
    if (change.kind === 'removeBridge' || change.kind === 'removeIdleBridge') return undefined;
    try {
      const failure = await this.#points.reach({ part: 'wiring', what: `wire ${change.name}` }, signal);
      if (failure) return failure;
    } catch (error) {
      return notWired(change, error);
    }
    const state = this.#state().ports.get(change.name)?.interface;
    return state && isWired(state) ? undefined : portFailed(change, state);
  }

  #portsOf({ vifId, interfaceId }: OvsOwner): string[] {
    return [...this.#switch.ports]
      .filter(([, row]) => {
        const isIts =
          row.interface?.externalIds['iface-id'] === interfaceId && row.interface.type !== 'patch';
        const mark = ownerIn(row.externalIds);
        return hasPortMark(row, vifId) || (isIts && mark === undefined);
      })
      .map(([name]) => name)
      .sort();
  }

  #state(): Pick<OvsState, 'bridges' | 'ports'> {
    const { bridges, ports } = this.#switch;
    return {
      bridges: new Map(
        [...bridges].map(([name, row]) => [
          name,
          { ...row, mtuRequest: ports.get(name)?.interface?.mtuRequest },
        ]),
      ),
      ports: new Map(
        [...ports].map(([name, row]) => [
          name,
          { ...row, interface: this.#vswitchd.report(name, row, this.#switch) },
        ]),
      ),
    };
  }
}
