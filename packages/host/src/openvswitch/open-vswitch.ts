import { setImmediate } from 'node:timers/promises';
import { asVifError, type VifError } from '@vifkit/core';
import type { Ovsdb } from '../ovsdb/client.js';
import { failureOf } from '../ovsdb/errors.js';
import { retry } from '../ovsdb/retry.js';
import { readOptionalInteger, readStrings } from '../ovsdb/values.js';
import { type BridgePort, readBridgePorts } from './bridge-users.js';
import { formerOwner, type OvsChange } from './changes.js';
import { type PortRows, readFormerRows } from './former-rows.js';
import { hasBridgeMark, ownerIn } from './marks.js';
import { findMarked, meansNoSwitch, type OvsMarked } from './owned.js';
import { DatabaseRows } from './rows/database-rows.js';
import { DATABASE } from './rows/queries.js';
import { readSnapshot, type Snapshot } from './snapshot.js';
import type { OvsBridge, OvsQuery, OvsState } from './state.js';
import { composeTransaction } from './transaction.js';
import { awaitWiring, type Unfinished } from './wiring.js';

/** The bridges and ports of an Open vSwitch, read and changed through its database. */
export class OvsSwitch {
  readonly #rows: DatabaseRows;

  /** The rows that it reads, for callers that need more of them. */
  get rows(): DatabaseRows {
    return this.#rows;
  }

  /**
   * @param client its owner must close it.
   * @param isLongLived keep a replica of what is read of the database, for a process that makes more than one or two
   *   calls.
   */
  constructor(
    private readonly client: Ovsdb,
    isLongLived = false,
  ) {
    this.#rows = new DatabaseRows(client, isLongLived);
  }

  /**
   * Reads the named bridges and ports, and those of VIFs.
   *
   * @throws VifError if the database cannot be read.
   */
  async read(query: OvsQuery, signal: AbortSignal): Promise<OvsState> {
    const { owners = [], idle = [], leftQosOf = [] } = query;
    await this.#rows.refresh(signal);
    const snapshot = await readSnapshot(
      this.#rows,
      { ports: [...query.bridges, ...query.ports], owners, qosOf: leftQosOf },
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
    const { ports, members, owned, isOvnManaged } = snapshot;
    const leftQos = new Map(leftQosOf.flatMap((name) => leftIn(snapshot, name)));
    return { bridges, isOvnManaged, ports, members, owned, ownedBridges, users, leftQos };
  }

  /**
   * Finds what carries our mark.
   *
   * @param vifIds only for these VIFs; for all by default
   * @param mayLag what the server has sent so far is enough: a change made at this very moment may be missed
   * @throws VifError if the database cannot be read.
   */
  async readMarked(
    signal: AbortSignal,
    vifIds?: readonly string[],
    { mayLag = false } = {},
  ): Promise<OvsMarked> {
    try {
      // After a turn of the event loop, everything that the server has sent is read.
      await (mayLag ? setImmediate() : this.#rows.refresh(signal));
      return await findMarked(this.#rows, signal, vifIds);
    } catch (error) {
      if (meansNoSwitch(error)) return { ports: [], bridges: [] };
      throw error;
    }
  }

  /**
   * Makes changes, in order. Never rejects: there is one outcome for each change, in the same order, which is undefined
   * if the change succeeded.
   *
   * The changes of an owner are made together or not at all: if one is refused, that is the outcome of all of them,
   * while those of other owners are still made. Then, for changes that require it, waits until ovs-vswitchd has applied
   * them. A failure to do so is the outcome of that change only, which stays in the database.
   *
   * The outcomes are: `OVS_BRIDGE_NOT_FOUND` for a port whose bridge does not exist, `OVS_PORT_NOT_OURS` for a port
   * that would replace a bond, `OVSDB_ERROR` for what the database refuses, `OVS_NOT_WIRED` if the deadline passes
   * before ovs-vswitchd has applied a change, `OVS_PORT_FAILED` if it could not open a port or a bridge's local port,
   * and errors of the connection.
   *
   */
  async commit(
    changes: readonly OvsChange[],
    signal: AbortSignal,
    options: CommitOptions = {},
  ): Promise<readonly (VifError | undefined)[]> {
    if (changes.length === 0) return [];
    const outcomes = new Map<OvsChange, VifError>();
    const unfinished: Unfinished[] = [];
    const transact = (these: readonly OvsChange[]) => this.#transact(these, options, signal);
    await this.#settle(byOwner(changes), outcomes, unfinished, transact);
    const failures = await awaitWiring(this.#rows, unfinished, signal);
    return changes.map((change) => outcomes.get(change) ?? failures.get(change));
  }

  /** Makes the changes in one transaction. If it is refused, splits it in halves, down to single owners. */
  async #settle(
    owners: readonly (readonly OvsChange[])[],
    outcomes: Map<OvsChange, VifError>,
    unfinished: Unfinished[],
    transact: (changes: readonly OvsChange[]) => Promise<Unfinished>,
  ): Promise<void> {
    const changes = owners.flat();
    try {
      unfinished.push(await transact(changes));
    } catch (error) {
      if (owners.length > 1 && ['refused', 'overtaken'].includes(failureOf(error))) {
        const half = Math.ceil(owners.length / 2);
        await this.#settle(owners.slice(0, half), outcomes, unfinished, transact);
        await this.#settle(owners.slice(half), outcomes, unfinished, transact);
        return;
      }
      const failure = asVifError(error, 'OVSDB_ERROR', 'Open vSwitch could not be changed');
      for (const change of changes) outcomes.set(change, failure);
    }
  }

  /**
   * Composes the transaction from the state of the database, and sends it. Repeats that if others were faster, or if it
   * was lost.
   */
  #transact(
    changes: readonly OvsChange[],
    { removed, keepsIds }: CommitOptions,
    signal: AbortSignal,
  ): Promise<Unfinished> {
    const wanted = {
      ports: changes.flatMap((change) => [change.name, ...patchesOf(change)]),
      qosOf: changes.filter(touchesQos).map(nameOf),
      owners: changes.flatMap((change) => {
        const former = formerOwner(change);
        return former === undefined ? [] : [{ vifId: former, interfaceIds: [former] }];
      }),
    };
    const idle = changes.filter(({ kind }) => kind === 'removeIdleBridge').map(nameOf);
    return retry('compose', signal, async (failed) => {
      // The guards check whether the known state is still current: the database is read again only if they fail.
      if (failed > 0) await this.#rows.refresh(signal);
      const snapshot = await readSnapshot(this.#rows, wanted, signal);
      const bridgePorts = await readBridgePorts(this.#rows, snapshot, idle, signal);
      const transaction = composeTransaction(snapshot, changes, bridgePorts, keepsIds);
      const { operations, awaited, opened } = transaction;
      // Before it is sent: whether it was made is not known if the call is cut off.
      const former = removed ? await readFormerRows(this.client, transaction.removed, signal) : [];
      for (const [name, rows] of former) removed?.set(name, rows);
      const results = await this.client.transact(DATABASE, operations, signal);
      const configuration = readOptionalInteger(results.at(-1)?.rows?.[0]?.next_cfg) ?? 0;
      return { configuration, awaited, opened };
    });
  }
}

interface CommitOptions {
  /** Gets the rows of the ports and bridges that are removed, by name: they may have to be restored. */
  readonly removed?: Map<string, PortRows> | undefined;
  /** Give rows that are restored the ids that they had. The default; servers older than 2.13 refuse it. */
  readonly keepsIds?: boolean;
}

const nameOf = ({ name }: OvsChange) => name;

function patchesOf(change: OvsChange): Iterable<string> {
  return (change.kind === 'ensureBridge' && change.former?.bridge?.patches.keys()) || [];
}

function touchesQos(change: OvsChange): boolean {
  return change.kind === 'removePort' || change.kind === 'putPort';
}

/** The VIF whose QoS row is left of a port that does not exist. */
function leftIn({ ports, qos }: Snapshot, name: string): [string, string][] {
  const [row] = ports.has(name) ? [] : (qos.get(name) ?? []);
  const vifId = row && ownerIn(readStrings(row.external_ids));
  return vifId === undefined ? [] : [[name, vifId]];
}

function usersAmong(ports: readonly BridgePort[]): string[] {
  return ports.flatMap(({ isPatch, name }) => (isPatch ? [] : name)).sort();
}

/** The bridges that were made for only one of these VIFs, by VIF. */
function bridgesOf(vifIds: readonly string[], { bridges }: Snapshot): Map<string, string[]> {
  const byOwner = new Map<string, string[]>(vifIds.map((vifId) => [vifId.toLowerCase(), []]));
  for (const [name, row] of bridges) {
    if (hasBridgeMark(row)) byOwner.get(ownerIn(row.externalIds)?.toLowerCase() ?? '')?.push(name);
  }
  return new Map(vifIds.map((vifId) => [vifId, byOwner.get(vifId.toLowerCase()) ?? []]));
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
