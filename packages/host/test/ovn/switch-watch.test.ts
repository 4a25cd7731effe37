import { Deadline } from '@vifkit/engine/time';
import { expect, it } from 'vitest';
import { SwitchWatch } from '../../src/ovn/switch-watch.js';

it('a watch ends at its deadline while the database is away, and leaves nothing behind', async () => {
  let cancelled = 0;
  let begin = () => {};
  const begun = new Promise<void>((resolve) => {
    begin = resolve;
  });
  const watch = new SwitchWatch({
    monitor: async () => {
      await begun;
      return { sync: async () => {}, cancel: () => cancelled++ };
    },
  });
  const soon = new Deadline(50);
  await expect(watch.watch(() => {}, soon.signal)).rejects.toMatchObject({ code: 'TIMEOUT' });
  begin();
  await expect.poll(() => cancelled).toBe(1);
});
