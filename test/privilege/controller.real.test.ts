import { afterEach, beforeEach, expect, it } from 'vitest';
import { FakeController } from '../../packages/host/test/ovn/fake-controller.js';

let controller: FakeController;
beforeEach(async () => {
  controller = await FakeController.make();
});
afterEach(() => controller.remove());

it('ovn-controller may be unknown to a user who may not ask it', async () => {
  await controller.listen();
  expect(await asNobody(() => controller.ask())).toBe('unknown');
});

/** Does something as a user without rights. */
async function asNobody<T>(work: () => Promise<T>): Promise<T> {
  process.setegid?.(65534);
  process.seteuid?.(65534);
  try {
    return await work();
  } finally {
    process.seteuid?.(0);
    process.setegid?.(0);
  }
}
