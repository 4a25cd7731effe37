import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pause, withDeadline } from '@vifkit/engine/time';
import { DATABASE } from '../openvswitch/rows/queries.js';
import type { Ovsdb } from '../ovsdb/client.js';
import type { Operation } from '../ovsdb/operations.js';
import * as values from '../ovsdb/values.js';
import { answers, DaemonProbe } from './control-socket.js';
import { FlowCounter } from './flow-counter.js';

const PROGRAM = 'ovs-vswitchd';

/** Milliseconds to wait for a reply: while ovs-vswitchd sets up many ports, it does not reply. */
const REPLY_TIMEOUT = 3_000;

/** Milliseconds within which an ovs-vswitchd that has only just started makes its bridges, and between two looks. */
const [START_TIME, PAUSE] = [1_000, 50];

/** The lock in the database that prevents a second ovs-vswitchd from acting on it. */
const LOCK = 'ovs_vswitchd';

/**
 * Checks whether ovs-vswitchd works. What it has written into the database does not show that: it stays there when
 * ovs-vswitchd is gone.
 */
export class VswitchdProbe {
  readonly #daemon: DaemonProbe | undefined;
  readonly #counter: FlowCounter | undefined;

  /** @param directory the directory of its control socket, if that is on this host: the one of the database's socket */
  constructor(
    private readonly client: Ovsdb,
    private readonly directory: string | undefined,
  ) {
    if (directory === undefined) return;
    this.#daemon = new DaemonProbe(directory, PROGRAM);
    this.#counter = new FlowCounter(directory);
  }

  /**
   * Why it does not run; undefined if it does.
   * @throws VifError if the database server must be queried, and cannot be
   */
  async fault(signal: AbortSignal): Promise<string | undefined> {
    const state = (await this.#daemon?.look()) ?? 'unknown';
    if (state === 'runs') return undefined;
    if (state === 'stopped') return 'ovs-vswitchd is stopped (SIGSTOP)';
    // Its socket may be elsewhere, as with a container.
    return (await this.client.isLocked(LOCK, signal)) ? undefined : 'ovs-vswitchd does not run: start it';
  }

  /** How many flows a bridge has; undefined if that is unknown. */
  async flows(bridge: string, signal: AbortSignal): Promise<number | undefined> {
    return this.#counter?.count(bridge, signal);
  }

  /** Whether a bridge forwards all frames like any switch, by a single flow; not if that is unknown. */
  async isNormal(bridge: string, signal: AbortSignal): Promise<boolean> {
    return (await this.#counter?.isNormal(bridge, signal)) ?? false;
  }

  /**
   * Whether it has made a bridge: each has a socket. The database goes on showing the former state of a bridge that it
   * cannot make again, as after a change to a datapath type that there is not. True if that is unknown.
   */
  async hasMade(bridge: string, signal: AbortSignal): Promise<boolean> {
    const { directory } = this;
    if (directory === undefined || (await this.#daemon?.look()) !== 'runs') return true;
    const isThere = () => existsSync(join(directory, `${bridge}.mgmt`));
    for (let waited = 0; !isThere() && waited < START_TIME; waited += PAUSE) await pause(PAUSE, signal);
    return isThere();
  }

  /** Closes its connections to bridges. The client is its owner's to close. */
  close(): void {
    this.#counter?.close();
  }

  /**
   * The states that spanning tree has put ports in, by port. These columns change every few seconds on a bridge that
   * uses it, so they are selected here, and not followed like others.
   */
  async treeStates(ports: readonly string[], signal: AbortSignal): Promise<ReadonlyMap<string, string>> {
    const selects = ports.map((name): Operation => {
      const columns = ['name', 'status', 'rstp_status'];
      return { op: 'select', table: 'Port', where: [['name', '==', name]], columns };
    });
    const results = await this.client.transact(DATABASE, selects, signal);
    return new Map(
      results
        .flatMap(({ rows = [] }) => rows)
        .flatMap((row) => {
          const state = treeStateOf(values.readStrings(row.status), values.readStrings(row.rstp_status));
          return state === undefined ? [] : [[values.readString(row.name), state]];
        }),
    );
  }

  /** Why it has not applied the configuration in the database, if it hangs. */
  async hang(signal: AbortSignal): Promise<string | undefined> {
    const { directory } = this;
    if (directory === undefined) return undefined;
    const isResponding = await withDeadline(REPLY_TIMEOUT, signal, (limited) =>
      answers(directory, PROGRAM, limited),
    );
    return isResponding === false ? 'ovs-vswitchd does not reply: it hangs' : undefined;
  }
}

/** Rapid spanning tree has no state `listening`: a port that will forward is `discarding` at first. */
function treeStateOf(
  { stp_state }: Readonly<Record<string, string>>,
  { rstp_port_state, rstp_port_role = '' }: Readonly<Record<string, string>>,
): string | undefined {
  const isStarting = rstp_port_state === 'Discarding' && ['Designated', 'Root'].includes(rstp_port_role);
  return isStarting ? 'listening' : (rstp_port_state ?? stp_state)?.toLowerCase();
}
