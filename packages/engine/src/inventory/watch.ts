import { asVifError, isVifError, VifError } from '@vifkit/core';
import type { Host } from '../run/host.js';
import type { Thing, VifRecords } from '../run/inventory.js';
import { pause, untilFired, withDeadline } from '../time/deadline.js';
import { changesBetween, type HostChange, type HostSnapshot, snapshotOf } from './changes.js';
import { recordedThing } from './recorded-vif.js';

/** Milliseconds to wait for related changes: a plug makes many, and each is reported once. */
const SETTLE_TIME = 50;

/**
 * Milliseconds before what could not be read is read again, and the most after several failures: some of it may never
 * be readable, as for a user without privileges.
 */
const FIRST_RETRY_DELAY = 1_000;
const MAX_RETRY_DELAY = 60_000;

/** Reports changes that concern VIFs, until one of the signals fires: see `VifDriver.watch`. */
export async function* watchHost(
  host: Host,
  signals: readonly AbortSignal[],
): AsyncGenerator<HostChange, void, undefined> {
  const ended = new AbortController();
  const end = () => ended.abort();
  for (const each of signals) each.addEventListener('abort', end);
  try {
    if (!signals.some(({ aborted }) => aborted)) yield* changesOf(host, ended.signal);
  } catch (error) {
    if (!ended.signal.aborted) throw error; // a host that is closed cannot be read to the end
  } finally {
    for (const each of signals) each.removeEventListener('abort', end);
  }
}

async function* changesOf(
  { inventory, records }: Host,
  signal: AbortSignal,
): AsyncGenerator<HostChange, void, undefined> {
  if (!inventory)
    throw new VifError('NO_RUNNER', 'This host cannot report changes: give the driver one with an inventory');
  const stop = new AbortController();
  let wake = new AbortController();
  let failure: unknown;
  const watching = inventory
    .watch(() => wake.abort(), stop.signal)
    .catch((error: unknown) => {
      failure = asVifError(error, 'CHECK_FAILED', 'The host cannot be watched');
      wake.abort();
    });
  const recorded = records && new RecordedThings(records);
  const following = recorded?.watch(() => wake.abort(), stop.signal);
  let retry = 0;
  const look = async (): Promise<HostSnapshot> => {
    const vifs = (await recorded?.read()) ?? [];
    const { things, failures } = await inventory.read(signal);
    const isComplete = failures.length === 0 && !recorded?.failure;
    retry = isComplete ? 0 : Math.min(2 * retry || FIRST_RETRY_DELAY, MAX_RETRY_DELAY);
    return snapshotOf([...vifs, ...things]);
  };
  try {
    let before = await look();
    while (!signal.aborted) {
      await untilWoken(wake.signal, retry, signal);
      if (failure) throw failure;
      await pause(SETTLE_TIME, signal);
      if (signal.aborted) return;
      wake = new AbortController(); // a change during this reading triggers the next one
      const after = await look();
      if (signal.aborted) return;
      yield* changesBetween(before, after, new Date());
      before = after;
    }
  } finally {
    stop.abort();
    await Promise.all([watching, following]);
  }
}

/** @param retry milliseconds after which it ends anyway; 0 for never */
async function untilWoken(wake: AbortSignal, retry: number, signal: AbortSignal): Promise<void> {
  if (retry === 0) return untilFired(wake, signal);
  await withDeadline(retry, signal, (late) => untilFired(wake, late));
}

/** The recorded VIFs. They are read again after a change, and after a failure. */
class RecordedThings {
  /** Why some could not be read: they keep their last state, since they are not necessarily gone. */
  failure: VifError | undefined;
  #things: readonly Thing[] | undefined;
  #isStale = true;

  constructor(private readonly records: VifRecords) {}

  watch(changed: () => void, signal: AbortSignal): Promise<void> {
    const noted = () => {
      this.#isStale = true;
      changed();
    };
    return this.records.watch(noted, signal);
  }

  /** @throws VifError JOURNAL_FAILED if they could never be listed */
  async read(): Promise<readonly Thing[]> {
    if (this.#things && !this.#isStale && !this.failure) return this.#things;
    this.#isStale = false;
    try {
      const found = await this.records.list();
      // Reading a damaged record again would not help.
      this.failure = found.flatMap((each) => (isVifError(each) ? each : [])).find(isTemporary);
      const things = found.flatMap((each) => (isVifError(each) ? [] : recordedThing(each)));
      const names = new Set(things.map(({ name }) => name));
      const unread = this.failure ? this.#things?.filter(({ name }) => !names.has(name)) : undefined;
      this.#things = [...things, ...(unread ?? [])];
    } catch (error) {
      this.failure = asVifError(error, 'JOURNAL_FAILED', 'The records of VIFs could not be read');
      if (!this.#things) throw this.failure;
    }
    return this.#things;
  }
}

function isTemporary({ code }: VifError): boolean {
  return code !== 'JOURNAL_INVALID';
}
