import { setImmediate } from 'node:timers/promises';
import { asVifError, type VifError } from '@vifkit/core';
import type { Ovsdb } from '../ovsdb/client.js';
import { failureOf } from '../ovsdb/errors.js';
import { retry } from '../ovsdb/retry.js';
import { readOptionalInteger } from '../ovsdb/values.js';
import { type BridgePort, readBridgePorts } from './bridge-users.js';
import type { OvsChange } from './changes.js';
import { hasBridgeMark, ownerIn } from './marks.js';
import { findMarked, type OvsMarked, tellsOfNoSwitch } from './owned.js';
import { DatabaseRows } from './rows/database-rows.js';
import { DATABASE } from './rows/queries.js';
import { readSnapshot, type Snapshot } from './snapshot.js';
import type { OvsBridge, OvsQuery, OvsState } from './state.js';
import { composeTransaction } from './transaction.js';
import { awaitWiring, type Unfinished } from './wiring.js';

/** The bridges and ports of an Open vSwitch, by its database: what is read of them, and how they are changed. */
export class OpenVswitch {
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

  /**
   * Reads the named bridges and ports, and those of VIFs.
   *
   * @throws VifError when the database cannot be read.
   */
  async read(query: OvsQuery, signal: AbortSignal): Promise<OvsState> {
    const { owners = [], idle = [] } = query;
    await this.#rows.refresh(signal);
    const snapshot = await readSnapshot(
      this.#rows,
      { ports: [...query.bridges, ...query.ports], owners },
      signal,
    );
    const ownedBridges = bridgesOf(
      owners.map(({ vifId }) => vifId),
      snapshot,
    );
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
    const users = new Map([...bridgePorts].map(([bridge, each]) => [bridge, usersAmong(each)]));
    const { ports, owned } = snapshot;
    return { bridges, isOvns: snapshot.isOvns, ports, owned, ownedBridges, users };
  }

  /**
   * What carries our mark.
   *
   * @param vifIds only that of these VIFs; all unless given
   * @param isForOthers nothing of the plan is in the database: what the server has told of it until now will do
   * @throws VifError when the database cannot be read.
   */
  async readMarked(signal: AbortSignal, vifIds?: readonly string[], isForOthers = false): Promise<OvsMarked> {
    try {
      if (isForOthers)
        await setImmediate(); // what has come from the server is read by then
      else await this.#rows.refresh(signal);
      return await findMarked(this.#rows, signal, vifIds);
    } catch (error) {
      if (await tellsOfNoSwitch(error)) return { ports: [], bridges: [] };
      throw error;
    }
  }

  /**
   * Makes changes, in their order. Never rejects: there is one outcome for each change, in the same order, which is
   * undefined where it went well.
   *
   * The changes of an owner are made together or not at all: if one is refused, it is the outcome of all of
   * them, and those of the other owners are made none the less. Then, where a change asks for it, waits
   * until ovs-vswitchd has carried it out. A failure to do that is the outcome of the change alone, which
   * stays in the database.
   *
   * Outcomes are: `OVS_BRIDGE_NOT_FOUND` for a port whose bridge does not exist, `OVS_PORT_NOT_OURS` for one
   * that would replace a bond, `OVSDB_ERROR` for what the database refuses, `OVS_NOT_WIRED` when the
   * deadline passes before ovs-vswitchd has carried a change out, `OVS_PORT_FAILED` when it could not open a
   * port or a bridge's local port, and errors of the connection.
   */
  async commit(
    changes: readonly OvsChange[],
    signal: AbortSignal,
  ): Promise<readonly (VifError | undefined)[]> {
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
      if (owners.length > 1 && ['refused', 'overtaken'].includes(failureOf(error))) {
        const half = Math.ceil(owners.length / 2);
        await this.#settle(owners.slice(0, half), outcomes, unfinished, signal);
        await this.#settle(owners.slice(half), outcomes, unfinished, signal);
        return;
      }
      const failure = asVifError(error, 'OVSDB_ERROR', 'Open vSwitch could not be changed');
      for (const change of changes) outcomes.set(change, failure);
    }
  }

  /** Composes the transaction from what the database has, and sends it; anew if others were faster, or it was lost. */
  #transact(changes: readonly OvsChange[], signal: AbortSignal): Promise<Unfinished> {
    const wanted = {
      ports: changes.map((change) => change.name),
      qosOf: changes.filter(touchesQos).map(nameOf),
    };
    const idle = changes.filter(({ kind }) => kind === 'removeIdleBridge').map(nameOf);
    return retry('compose', signal, async (failed) => {
      // Guards tell whether what is known still holds: only then it is asked for.
      if (failed > 0) await this.#rows.refresh(signal);
      const snapshot = await readSnapshot(this.#rows, wanted, signal);
      const bridgePorts = await readBridgePorts(this.#rows, snapshot, idle, signal);
      const { operations, awaited, opened } = composeTransaction(snapshot, changes, bridgePorts);
      const results = await this.client.transact(DATABASE, operations, signal);
      const configuration = readOptionalInteger(results.at(-1)?.rows?.[0]?.next_cfg) ?? 0;
      return { configuration, awaited, opened };
    });
  }
}

const nameOf = ({ name }: OvsChange) => name;

function touchesQos(change: OvsChange): boolean {
  return change.kind === 'removePort' || change.kind === 'putPort';
}

function usersAmong(ports: readonly BridgePort[]): string[] {
  return ports.flatMap(({ isPatch, name }) => (isPatch ? [] : name)).sort();
}

/** The bridges that were made for one of these VIFs alone, by VIF. */
function bridgesOf(vifIds: readonly string[], { bridges }: Snapshot): Map<string, string[]> {
  const found = new Map<string, string[]>(vifIds.map((vifId) => [vifId, []]));
  for (const [name, row] of bridges) {
    if (hasBridgeMark(row)) found.get(ownerIn(row.externalIds) ?? '')?.push(name);
  }
  return found;
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
