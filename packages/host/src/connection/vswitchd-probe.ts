import { withDeadline } from '@vifkit/engine/time';
import type { Ovsdb } from '../ovsdb/client.js';
import { answers, DaemonProbe } from './control-socket.js';
import { countFlows } from './flow-count.js';

const PROGRAM = 'ovs-vswitchd';

/** Milliseconds for an answer: while ovs-vswitchd sets up many ports, it answers nobody. */
const PATIENCE = 3_000;

/** The lock in the database by which no second ovs-vswitchd acts on it. */
const LOCK = 'ovs_vswitchd';

/** Tells whether ovs-vswitchd does its work. What it has written into the database stays there when it is gone. */
export class VswitchdProbe {
  readonly #daemon: DaemonProbe | undefined;

  /** @param directory where it has its control socket, if that is on this host: beside the database's */
  constructor(
    private readonly client: Ovsdb,
    private readonly directory: string | undefined,
  ) {
    if (directory !== undefined) this.#daemon = new DaemonProbe(directory, PROGRAM);
  }

  /** Why it does not run, if so. @throws VifError when the database's server cannot be asked, where that is needed */
  async fault(signal: AbortSignal): Promise<string | undefined> {
    const state = (await this.#daemon?.look()) ?? 'unknown';
    if (state === 'runs') return undefined;
    if (state === 'stopped') return 'ovs-vswitchd was stopped (SIGSTOP), and does nothing';
    // Its socket may be elsewhere, as in a container.
    return (await this.client.isLocked(LOCK, signal)) ? undefined : 'ovs-vswitchd does not run: start it';
  }

  /** How many flows a bridge has; undefined where it cannot be told. */
  async flows(bridge: string, signal: AbortSignal): Promise<number | undefined> {
    return this.directory === undefined ? undefined : countFlows(this.directory, bridge, signal);
  }

  /** Why it has not carried out what the database asks for, if it hangs. */
  async hang(signal: AbortSignal): Promise<string | undefined> {
    const { directory } = this;
    if (directory === undefined) return undefined;
    const isWell = await withDeadline(PATIENCE, signal, (patient) => answers(directory, PROGRAM, patient));
    return isWell === false ? 'ovs-vswitchd does not answer: it hangs' : undefined;
  }
}

/** The directory of an endpoint that is a socket of this host. */
export function directoryOf(endpoint: string): string | undefined {
  const [, path] = /^unix:(.*)\/[^/]*$/.exec(endpoint) ?? [];
  return path;
}
