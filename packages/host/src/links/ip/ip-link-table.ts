import type { VifError } from '@vifkit/core';
import { signalError } from '@vifkit/engine/time';
import { loadCode } from '../../commands/descriptors.js';
import { ProgramPool } from '../../commands/program-pool.js';
import { hostPrograms, type Programs } from '../../commands/programs.js';
import { hostKernelFiles, type KernelFiles } from '../../kernel/kernel-files.js';
import type { LinkAddressing } from '../addresses/link-addresses.js';
import type { LinkRule } from '../addresses/link-rules.js';
import { failureBeforeMove } from '../addresses/relocation.js';
import { isAlreadyGone, renderDeparture } from '../addresses/render-move.js';
import { linkOutcome } from '../link-outcome.js';
import type { FormerLink, LinkState } from '../link-state.js';
import type { LinkOperation, LinkQuery, LinkTable } from '../link-table.js';
import { linksMadeBy } from '../operations.js';
import { ChecksumOffload } from './checksum-offload.js';
import { deleteLinks } from './group-deletion.js';
import { IpBatch } from './ip-batch.js';
import { readSettings, type WantedSettings, writeSettings } from './link-settings.js';
import { type IndexedOperation, phasesOf } from './phases.js';
import { FEW, LINKS, LinkReader, READING } from './read-links.js';
import { renderOperation } from './render.js';

/**
 * Milliseconds for which an `ip` process is kept. It caches the index of each link by name, and would not notice that
 * the name has since been given to another link. That takes a while, if it happens at all.
 */
const LIFETIME = 1_000;

/** Few links have relevant addresses. */
export const addressCode = () => import('./read-addresses.js');

/** Few plugs make a link anew. */
const formerCode = () => import('./read-former.js');

export interface IpOptions {
  /** The prefix of commands that need root. */
  readonly rootHelper?: readonly string[];
  /**
   * Keep `ip` processes in reserve, for a long-lived program. A process that has root privileges through a helper is
   * never kept waiting for input.
   */
  readonly isReserved?: boolean | undefined;
  /** Milliseconds for which an `ip` process is reused. */
  readonly lifetime?: number;
  readonly programs?: Programs;
  readonly files?: KernelFiles;
}

/** The kernel's links, through `ip` and /proc/sys. */
export class IpLinkTable implements LinkTable {
  readonly #rootHelper: readonly string[];
  readonly #programs: Programs;
  readonly #files: KernelFiles;
  readonly #ip: ProgramPool;
  readonly #reader: LinkReader;
  readonly #batch: IpBatch;
  /** Resolves once all writes that were started have ended, successfully or not: one call writes at a time. */
  #writing: Promise<unknown> = Promise.resolve();
  readonly #checksumOffload: ChecksumOffload;
  #names: ReadonlySet<string> | undefined;

  constructor({ rootHelper = [], isReserved = false, lifetime = LIFETIME, ...kernel }: IpOptions = {}) {
    const { programs = hostPrograms, files = hostKernelFiles } = kernel;
    this.#rootHelper = rootHelper;
    this.#programs = programs;
    this.#files = files;
    const pool = { lifetime, ahead: isReserved ? 1 : 0 };
    const writers = rootHelper.length === 0 ? pool : {};
    this.#ip = new ProgramPool(READING, pool, programs);
    this.#reader = new LinkReader(this.#ip, files);
    // One process for both, if it may do both: starting a process takes longer than everything that it is asked to do.
    this.#batch = new IpBatch(rootHelper, rootHelper.length === 0 ? this.#ip : {}, programs);
    this.#checksumOffload = new ChecksumOffload(rootHelper, writers, programs);
  }

  read({ names }: LinkQuery, signal: AbortSignal): Promise<Map<string, LinkState>> {
    return this.#reader.read(names, signal);
  }

  withSettings(
    links: ReadonlyMap<string, LinkState>,
    names: readonly string[],
  ): ReadonlyMap<string, LinkState> {
    const present = [...new Set(names)].filter((name) => links.has(name));
    if (present.length === 0) return links;
    const known = [...readSettings(present, this.#files)].flatMap(([name, settings]) => {
      const link = links.get(name);
      return link ? [[name, { ...link, ...settings }] as const] : [];
    });
    return new Map([...links, ...known]);
  }

  present(names: readonly string[]): readonly string[] {
    const folderOf = (name: string) => `${LINKS}/${name}`;
    if (names.length > FEW) {
      const all = this.#allNames();
      return names.filter((name) => all.has(name));
    }
    const folders = new Set(this.#files.existing(names.map(folderOf)));
    return names.filter((name) => folders.has(folderOf(name)));
  }

  /** The folder of all links is listed once for all requests in one turn of the event loop. */
  #allNames(): ReadonlySet<string> {
    if (!this.#names) {
      this.#names = new Set(this.#files.entries(LINKS));
      setImmediate(() => {
        this.#names = undefined;
      });
    }
    return this.#names;
  }

  async readAddresses(names: readonly string[], signal: AbortSignal): Promise<Map<string, LinkAddressing>> {
    const { readAddresses } = await loadCode(addressCode);
    return readAddresses(names, signal, this.#programs);
  }

  async readFormer(names: readonly string[], signal: AbortSignal): Promise<Map<string, FormerLink>> {
    const { readFormer } = await loadCode(formerCode);
    return readFormer(names, signal, this.#programs, this.#files);
  }

  readChecksumOffload(signal: AbortSignal): Promise<ReadonlyMap<string, boolean>> {
    return this.#checksumOffload.read(signal);
  }

  async readRules(signal: AbortSignal): Promise<LinkRule[]> {
    const { readRules } = await loadCode(addressCode);
    return readRules(signal, this.#programs);
  }

  write(
    operations: readonly LinkOperation[],
    signal: AbortSignal,
  ): Promise<readonly (VifError | undefined)[]> {
    const written = this.#writing.then(() => this.#write(operations, signal));
    this.#writing = written.catch(() => {});
    return written;
  }

  async close(): Promise<void> {
    await this.#writing;
    await Promise.all([this.#ip.close(), this.#batch.close(), this.#checksumOffload.close()]);
  }

  async #write(operations: readonly LinkOperation[], signal: AbortSignal): Promise<(VifError | undefined)[]> {
    const outcomes: (VifError | undefined)[] = operations.map(() => undefined);
    // A link that could not be made is somebody else's, if there is one of that name: it must not be configured.
    const unmade = new Map<string, VifError>();
    for (const phase of phasesOf(operations)) {
      for (const { index, operation } of phase) {
        if (operation.op === 'set' || operation.op === 'note') outcomes[index] = unmade.get(operation.name);
      }
      const left = phase.filter(({ index }) => !outcomes[index]);
      // All at once: each change of a link wakes ovs-vswitchd, which then checks all of its ports.
      const checksums = this.#writeChecksumOffload(left, outcomes, signal);
      await Promise.all([this.#writeOthers(left, outcomes, signal), checksums]);
      await this.#endMoves(phase, operations, outcomes, signal);
      for (const { index, operation } of phase) {
        const failure = outcomes[index];
        if (failure) for (const name of linksMadeBy(operation)) unmade.set(name, failure);
      }
    }
    return outcomes;
  }

  async #writeOthers(
    phase: readonly IndexedOperation[],
    outcomes: (VifError | undefined)[],
    signal: AbortSignal,
  ): Promise<void> {
    // Before the link is set up: it must not have an IPv6 address even for a moment.
    await this.#writeSettings(phase, outcomes, signal);
    const deletions = phase.filter(({ operation }) => operation.op === 'delete');
    await deleteLinks(deletions, outcomes, (lines, mayFail) => this.#batch.run(lines, signal, mayFail));
    await this.#runLines(phase, renderOperation, outcomes, signal);
  }

  async #writeSettings(
    phase: readonly IndexedOperation[],
    outcomes: (VifError | undefined)[],
    signal: AbortSignal,
  ): Promise<void> {
    const places: number[] = [];
    const wanted: WantedSettings[] = [];
    for (const { index, operation } of phase) {
      if (operation.op !== 'set' && operation.op !== 'complete') continue;
      places.push(index);
      const settings = operation.op === 'set' ? operation.attributes : { others: operation.settings };
      wanted.push({ name: operation.name, settings });
    }
    const written = await writeSettings(wanted, signal, {
      rootHelper: this.#rootHelper,
      programs: this.#programs,
      files: this.#files,
    });
    for (const [i, index] of places.entries()) outcomes[index] = written[i];
    if (signal.aborted) throw signalError(signal, 'changing links');
  }

  async #writeChecksumOffload(
    phase: readonly IndexedOperation[],
    outcomes: (VifError | undefined)[],
    signal: AbortSignal,
  ): Promise<void> {
    const wanted = phase.flatMap(({ index, operation }) => {
      const on = operation.op === 'set' ? operation.attributes.checksumOffload : undefined;
      return on === undefined || outcomes[index] ? [] : [{ index, name: operation.name, on }];
    });
    const errors = await this.#checksumOffload.write(wanted, signal);
    for (const [i, { index }] of wanted.entries()) outcomes[index] ??= errors[i];
  }

  /** Removes addresses from the links that have given them to others. */
  async #endMoves(
    phase: readonly IndexedOperation[],
    operations: readonly LinkOperation[],
    outcomes: (VifError | undefined)[],
    signal: AbortSignal,
  ): Promise<void> {
    for (const { index, operation } of phase) {
      if (operation.op === 'move') outcomes[index] ??= failureBeforeMove(operation, operations, outcomes);
    }
    const arrived = phase.filter(({ index }) => !outcomes[index]);
    const render = (operation: LinkOperation) => (operation.op === 'move' ? renderDeparture(operation) : []);
    await this.#runLines(arrived, render, outcomes, signal, isAlreadyGone);
  }

  async #runLines(
    phase: readonly IndexedOperation[],
    render: (operation: LinkOperation) => string[],
    outcomes: (VifError | undefined)[],
    signal: AbortSignal,
    isNoFailure: (complaint: string) => boolean = () => false,
  ): Promise<void> {
    const lines = phase.flatMap((placed) => render(placed.operation).map((line) => ({ ...placed, line })));
    if (lines.length === 0) return;
    const texts = lines.map(({ line }) => line);
    const complaints = await this.#batch.run(texts, signal);
    for (const [i, { index, operation }] of lines.entries()) {
      const complaint = complaints[i];
      if (complaint && !isNoFailure(complaint)) outcomes[index] ??= linkOutcome(operation, complaint);
    }
  }
}
