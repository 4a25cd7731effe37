import { asVifError, isVifError, type VifError } from '@vifkit/core';
import type { Outcome } from '@vifkit/engine/former';
import type { Ovsdb } from '../ovsdb/client.js';
import { OvsdbOperationError } from '../ovsdb/operation-error.js';
import { readOptionalInteger } from '../ovsdb/values.js';
import { tellsOfNoSwitch } from './absent-server.js';
import { type BridgePort, readBridgePorts } from './bridge-users.js';
import type { OvsChange } from './changes.js';
import { findMarked } from './marked-rows.js';
import { hasBridgeMark, hasPortMark } from './marks.js';
import { confirmOwned } from './owned-ports.js';
import { DatabaseRows } from './rows/database-rows.js';
import { DATABASE } from './rows/schema.js';
import { readSnapshot, type Snapshot } from './snapshot.js';
import type { OvsBridge, OvsMarked, OvsQuery, OvsState } from './state.js';
import type { OvsStore } from './store.js';
import { composeTransaction } from './transaction.js';
import { awaitWiring, type Unfinished } from './wiring.js';

// How often a transaction is composed anew: others changed the same rows meanwhile, or the connection was lost.
const ATTEMPTS = 5;

/** The bridges and ports in the database of a running Open vSwitch. */
export class DatabaseOvsStore implements OvsStore {
  readonly #rows: DatabaseRows;

  /** What it reads, for those who read more of the same. */
  get rows(): DatabaseRows {
    return this.#rows;
  }

  /**
   * @param client stays its owner's to close.
   * @param livesOn keep a replica of what is read of the database, for a process that makes more than a call or two.
   */
  constructor(
    private readonly client: Ovsdb,
    livesOn = false,
  ) {
    this.#rows = new DatabaseRows(client, livesOn);
  }

  async read(query: OvsQuery, signal: AbortSignal): Promise<OvsState> {
    const { owners = [], idle = [] } = query;
    await this.#rows.refresh(signal);
    const ports = [...query.bridges, ...query.ports];
    const first = await readSnapshot(this.#rows, { ports, owners }, signal);
    const others = [...first.owned.values()].flat().filter((name) => !ports.includes(name));
    const snapshot =
      others.length === 0 ? first : await readSnapshot(this.#rows, { ports: [...ports, ...others] }, signal);
    const ownedBridges = new Map(owners.map(({ vifId }) => [vifId, bridgesOf(vifId, snapshot)]));
    const named = new Set([...query.bridges, ...idle]);
    const strays = [...ownedBridges.values()].flat().filter((name) => !named.has(name));
    const bridgePorts = await readBridgePorts(this.#rows, snapshot, [...idle, ...strays], signal);
    const bridges = new Map<string, OvsBridge>();
    for (const name of [...named, ...strays]) {
      const row = snapshot.bridges.get(name);
      if (!row) continue;
      const { datapathType, externalIds } = row;
      const mtuRequest = snapshot.ports.get(name)?.interface?.mtuRequest;
      bridges.set(name, { datapathType, externalIds, mtuRequest });
    }
    return {
      bridges,
      ports: snapshot.ports,
      owned: confirmOwned(first.owned, snapshot),
      ownedBridges,
      users: new Map([...bridgePorts].map(([bridge, each]) => [bridge, usersAmong(each)])),
    };
  }

  async readMarked(signal: AbortSignal, vifIds?: readonly string[]): Promise<OvsMarked> {
    try {
      await this.#rows.refresh(signal);
      return await findMarked(this.#rows, signal, vifIds);
    } catch (error) {
      if (await tellsOfNoSwitch(error)) return { ports: [], bridges: [] };
      throw error;
    }
  }

  async commit(changes: readonly OvsChange[], signal: AbortSignal): Promise<readonly Outcome[]> {
    const outcomes = new Map<OvsChange, VifError>();
    const unfinished: Unfinished[] = [];
    await this.#settle(byOwner(changes), outcomes, unfinished, signal);
    const failures = await awaitWiring(this.#rows, unfinished, signal);
    return changes.map((change) => outcomes.get(change) ?? failures.get(change));
  }

  /** Makes the changes in one transaction; if it is refused, in halves, down to single owners. */
  async #settle(
    owners: readonly (readonly OvsChange[])[],
    outcomes: Map<OvsChange, VifError>,
    unfinished: Unfinished[],
    signal: AbortSignal,
  ): Promise<void> {
    const changes = owners.flat();
    try {
      unfinished.push(await this.#transact(changes, signal));
    } catch (error) {
      if (owners.length > 1 && isRefusal(error)) {
        const half = Math.ceil(owners.length / 2);
        await this.#settle(owners.slice(0, half), outcomes, unfinished, signal);
        await this.#settle(owners.slice(half), outcomes, unfinished, signal);
        return;
      }
      const failure = asVifError(error, 'OVSDB_ERROR', 'Open vSwitch could not be changed');
      for (const change of changes) outcomes.set(change, failure);
    }
  }

  async #transact(changes: readonly OvsChange[], signal: AbortSignal): Promise<Unfinished> {
    const wanted = {
      ports: changes.map((change) => change.name),
      qosOf: changes.filter(touchesQos).map(nameOf),
    };
    const idle = changes.filter(({ kind }) => kind === 'removeIdleBridge').map(nameOf);
    for (let attempt = 1; ; attempt++) {
      // Guards tell whether what is known still holds: only then it is asked for.
      if (attempt > 1) await this.#rows.refresh(signal);
      const snapshot = await readSnapshot(this.#rows, wanted, signal);
      const bridgePorts = await readBridgePorts(this.#rows, snapshot, idle, signal);
      const { operations, awaited, opened } = composeTransaction(snapshot, changes, bridgePorts);
      try {
        const results = await this.client.transact(DATABASE, operations, signal);
        const configuration = readOptionalInteger(results.at(-1)?.rows?.[0]?.next_cfg) ?? 0;
        return { configuration, awaited, opened };
      } catch (error) {
        const overtaken = error instanceof OvsdbOperationError && error.error === 'timed out';
        // Lost on the way, it may have been made or not: the next snapshot shows it, and what is there is not made
        // again. Should the server get to it only afterwards, it meets its guards, or ours does.
        const lost = isVifError(error, 'OVSDB_UNREACHABLE');
        if (!(overtaken || lost) || attempt === ATTEMPTS) throw error;
      }
    }
  }
}

const nameOf = ({ name }: OvsChange) => name;

function touchesQos(change: OvsChange): boolean {
  return change.kind === 'removePort' || change.kind === 'putPort';
}

function usersAmong(ports: readonly BridgePort[]): string[] {
  return ports.filter(({ isPatch }) => !isPatch).map(({ name }) => name);
}

/** The bridges that were made for a VIF alone. */
function bridgesOf(vifId: string, { bridges }: Snapshot): string[] {
  return [...bridges].flatMap(([name, row]) => (hasBridgeMark(row) && hasPortMark(row, vifId) ? name : []));
}

function byOwner(changes: readonly OvsChange[]): OvsChange[][] {
  const groups = new Map<string, OvsChange[]>();
  for (const change of changes) {
    const group = groups.get(change.owner);
    if (group) group.push(change);
    else groups.set(change.owner, [change]);
  }
  return [...groups.values()];
}

/** Whether it is the changes that cannot be made, and others may still be. */
function isRefusal(error: unknown): boolean {
  return (['OVSDB_ERROR', 'OVS_BRIDGE_NOT_FOUND', 'OVS_PORT_NOT_OURS'] as const).some((code) =>
    isVifError(error, code),
  );
}
