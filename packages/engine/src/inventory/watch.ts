import { asVifError, isVifError, VifError } from '@vifkit/core';
import type { Host } from '../run/host.js';
import type { Thing } from '../run/inventory.js';
import { pause, untilFired } from '../time/deadline.js';
import { changesBetween, type HostChange, type HostSnapshot, snapshotOf } from './changes.js';
import { recordedThing } from './recorded-vif.js';

/** Milliseconds to wait for related changes: a plug makes many, and each is reported once. */
const SETTLE_TIME = 50;

/** Reports changes that concern VIFs: see `VifDriver.watch`. */
export async function* watchHost(
  { inventory, records }: Host,
  signal: AbortSignal,
): AsyncGenerator<HostChange, void, undefined> {
  if (!inventory) throw new VifError('NO_RUNNER', 'This host cannot report changes');
  const stop = new AbortController();
  let wake = new AbortController();
  let failure: unknown;
  const watching = inventory
    .watch(() => wake.abort(), stop.signal)
    .catch((error: unknown) => {
      failure = asVifError(error, 'CHECK_FAILED', 'The host cannot be watched');
      wake.abort();
    });
  let [recorded, isStale]: [readonly Thing[], boolean] = [[], true];
  const following = records?.watch(() => {
    isStale = true;
    wake.abort();
  }, stop.signal);
  const look = async (): Promise<HostSnapshot> => {
    if (isStale && records) {
      isStale = false;
      recorded = (await records.list()).flatMap((each) => (isVifError(each) ? [] : recordedThing(each)));
    }
    return snapshotOf([...recorded, ...(await inventory.read(signal)).things]);
  };
  try {
    let before = await look();
    while (!signal.aborted) {
      await untilFired(wake.signal, signal);
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
