import { type Outcome, signalError } from '@vifkit/core';
import { linkOutcome } from '../link-outcome.js';
import type { LinkState } from '../link-state.js';
import type { LinkOperation, LinkTable } from '../link-table.js';
import { SerialQueue } from '../serial-queue.js';
import { UnmadeLinks } from '../unmade-links.js';
import { runIpBatch } from './ip-batch.js';
import { readSettings, writeSettings } from './link-settings.js';
import { type Placed, phasesOf } from './phases.js';
import { readLinks } from './read-links.js';
import { renderOperation } from './render.js';

/** The kernel's links, by way of `ip` and /proc/sys. */
export class IpLinkTable implements LinkTable {
  readonly #rootHelper: readonly string[];
  readonly #writes = new SerialQueue();

  constructor(rootHelper: readonly string[] = []) {
    this.#rootHelper = rootHelper;
  }

  async read(withSettings: readonly string[], signal: AbortSignal): Promise<ReadonlyMap<string, LinkState>> {
    const links = await readLinks(signal);
    await Promise.all(
      withSettings.map(async (name) => {
        const link = links.get(name);
        if (link) links.set(name, { ...link, ...(await readSettings(name)) });
      }),
    );
    return links;
  }

  write(operations: readonly LinkOperation[], signal: AbortSignal): Promise<readonly Outcome[]> {
    return this.#writes.run(() => this.#write(operations, signal));
  }

  close(): Promise<void> {
    return this.#writes.idle();
  }

  async #write(operations: readonly LinkOperation[], signal: AbortSignal): Promise<Outcome[]> {
    const outcomes: Outcome[] = operations.map(() => undefined);
    const unmade = new UnmadeLinks();
    for (const phase of phasesOf(operations)) {
      for (const { index, operation } of phase) outcomes[index] = unmade.reasonToLeave(operation);
      const left = phase.filter(({ index }) => !outcomes[index]);
      // Before the link goes up: it is not to have an IPv6 address for even a moment.
      await this.#writeSettings(left, outcomes, signal);
      await this.#runLines(left, outcomes, signal);
      for (const { index, operation } of phase) unmade.note(operation, outcomes[index]);
    }
    return outcomes;
  }

  async #writeSettings(phase: readonly Placed[], outcomes: Outcome[], signal: AbortSignal): Promise<void> {
    await Promise.all(
      phase.map(async ({ index, operation }) => {
        if (operation.op !== 'set') return;
        outcomes[index] = await writeSettings(operation.name, operation.attributes, this.#rootHelper, signal);
      }),
    );
    if (signal.aborted) throw signalError(signal, 'changing links');
  }

  async #runLines(phase: readonly Placed[], outcomes: Outcome[], signal: AbortSignal): Promise<void> {
    const lines = phase.flatMap((placed) =>
      renderOperation(placed.operation).map((line) => ({ ...placed, line })),
    );
    if (lines.length === 0) return;
    const texts = lines.map(({ line }) => line);
    const complaints = await runIpBatch(texts, this.#rootHelper, signal);
    for (const [i, { index, operation }] of lines.entries()) {
      outcomes[index] ??= linkOutcome(operation, complaints[i]);
    }
  }
}
