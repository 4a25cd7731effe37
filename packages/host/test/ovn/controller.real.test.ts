import { afterEach, beforeEach, expect, it } from 'vitest';
import { FakeController } from './fake-controller.js';

let controller: FakeController;
beforeEach(async () => {
  controller = await FakeController.make();
});
afterEach(() => controller.remove());

it('ovn-controller is absent where nothing listens', async () => {
  expect(await controller.ask()).toBe('absent');
});

it('ovn-controller is connected if it says so', async () => {
  await controller.listen();
  expect(await controller.ask()).toBe('connected');
});
