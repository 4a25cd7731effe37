import { asVifError, type VifError } from '@vifkit/core';
import type { HostInventory, Inventory, Thing } from '@vifkit/engine';
import type { Source } from './source.js';

/** The last reading of a source. */
interface Reading {
  things: readonly Thing[];
  failure: VifError | undefined;
  /** How many changes of the source have been reported, and how many of them this reading includes. */
  changes: number;
  included: number;
}

/** An inventory of several sources. While it is watched, only sources that have changed are read again. */
export class SourcesInventory implements HostInventory {
  readonly #readings: ReadonlyMap<Source, Reading>;
  #watchers = 0;

  constructor(sources: readonly Source[]) {
    const unread = () => ({ things: [], failure: undefined, changes: 1, included: 0 });
    this.#readings = new Map(sources.map((source) => [source, unread()]));
  }

  async read(signal: AbortSignal): Promise<Inventory> {
    await Promise.all([...this.#readings].map(([source, reading]) => this.#refresh(source, reading, signal)));
    const readings = [...this.#readings.values()];
    return {
      things: readings.flatMap(({ things }) => things),
      failures: readings.flatMap(({ failure }) => failure ?? []),
    };
  }

  async watch(changed: () => void, signal: AbortSignal): Promise<void> {
    this.#watchers += 1;
    for (const reading of this.#readings.values()) reading.changes += 1;
    try {
      await Promise.all(
        [...this.#readings].map(([source, reading]) =>
          source.watch(() => {
            reading.changes += 1;
            changed();
          }, signal),
        ),
      );
    } finally {
      this.#watchers -= 1;
    }
  }

  /**
   * What cannot be read keeps its last state: it is not necessarily gone. The next reading tries again. Several calls
   * may read at once, and end in any order.
   */
  async #refresh(source: Source, reading: Reading, signal: AbortSignal): Promise<void> {
    const { changes } = reading;
    if (this.#watchers > 0 && reading.included === changes) return;
    try {
      const things = await source.read(signal);
      if (changes < reading.included) return;
      reading.things = things;
      reading.failure = undefined;
      reading.included = changes;
    } catch (error) {
      if (changes < reading.included) return;
      reading.failure = asVifError(error, 'CHECK_FAILED', 'The host could not be read');
      reading.included = changes - 1;
    }
  }
}
