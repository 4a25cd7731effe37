import { setImmediate } from 'node:timers/promises';
import type { Leg } from '@vifkit/core/connection';
import { reasonOf } from '@vifkit/core/internal';
import type { ConnectionReader, HostState } from './host-state.js';
import { judge } from './judge.js';
import { type Connection, waiting } from './verdict.js';

/** Paths that are judged by one reading of the host. */
interface Batch {
  readonly legs: Leg[];
  readonly state: Promise<HostState>;
  isUnchanged: boolean;
}

/**
 * Judges the paths of the VIFs of one call. Paths that are requested at the same moment, or while the host is being
 * read for others, share a reading. A leg that cannot be read is `waiting`: it is not known to be sound.
 */
export class Connections {
  readonly #reader: ConnectionReader | undefined;
  readonly #signal: AbortSignal;
  #open: Batch | undefined;
  #last: Promise<unknown> = Promise.resolve();

  constructor(reader: ConnectionReader | undefined, signal: AbortSignal) {
    this.#reader = reader;
    this.#signal = signal;
  }

  /**
   * Never rejects.
   * @param isUnchanged see {@link ConnectionReader.read}
   */
  async of(legs: readonly Leg[], isUnchanged = false): Promise<Connection> {
    if (legs.length === 0) return { state: 'sound', legs: [] };
    try {
      return judge(legs, await this.#read(legs, isUnchanged));
    } catch (error) {
      return allWaiting(legs, reasonOf(error));
    }
  }

  #read(legs: readonly Leg[], isUnchanged: boolean): Promise<HostState> {
    const batch = this.#open ?? this.#begin();
    batch.legs.push(...legs);
    batch.isUnchanged &&= isUnchanged;
    return batch.state;
  }

  #begin(): Batch {
    const reader = this.#reader;
    if (!reader) throw new Error('this host has no connection reader');
    const legs: Leg[] = [];
    const before = this.#last;
    const collectAndRead = async () => {
      await before;
      await setImmediate(); // paths that are requested at the same moment join here
      this.#open = undefined;
      return reader.read(legs, this.#signal, batch.isUnchanged);
    };
    const batch: Batch = { legs, state: collectAndRead(), isUnchanged: true };
    this.#last = batch.state.catch(() => {});
    this.#open = batch;
    return batch;
  }
}

function allWaiting(legs: readonly Leg[], why: string): Connection {
  const judged = legs.map(({ kind, name }) => ({
    leg: kind,
    name,
    ...waiting(`the host could not be read: ${why}`),
  }));
  return { state: 'waiting', legs: judged };
}
