import { asVifError, type VifError } from '@vifkit/core';
import type { HostInventory, Inventory, Thing } from '@vifkit/engine';
import type { Source } from './source.js';

/** The last reading of a source, and whether it may have changed since. */
interface Reading {
  things: readonly Thing[];
  failure: VifError | undefined;
  isStale: boolean;
}

/** An inventory of several sources. While it is watched, only sources that have changed are read again. */
export class SourcesInventory implements HostInventory {
  readonly #readings: ReadonlyMap<Source, Reading>;
  #watchers = 0;

  constructor(sources: readonly Source[]) {
    const unread = () => ({ things: [], failure: undefined, isStale: true });
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
    for (const reading of this.#readings.values()) reading.isStale = true;
    try {
      await Promise.all(
        [...this.#readings].map(([source, reading]) =>
          source.watch(() => {
            reading.isStale = true;
            changed();
          }, signal),
        ),
      );
    } finally {
      this.#watchers -= 1;
    }
  }

  /** What cannot be read keeps its last state: it is not necessarily gone. */
  async #refresh(source: Source, reading: Reading, signal: AbortSignal): Promise<void> {
    if (this.#watchers > 0 && !reading.isStale) return;
    reading.isStale = false;
    try {
      reading.things = await source.read(signal);
      reading.failure = undefined;
    } catch (error) {
      reading.failure = asVifError(error, 'CHECK_FAILED', 'The host could not be read');
    }
  }
}
