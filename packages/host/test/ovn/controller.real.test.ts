import { once } from 'node:events';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Deadline } from '@vifkit/engine/time';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { askController } from '../../src/ovn/controller.js';

let directory: string;
let controller: Server | undefined;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'controller-'));
  await chmod(directory, 0o755);
});
afterEach(async () => {
  controller?.close();
  controller = undefined;
  await rm(directory, { recursive: true });
});

/** Answers as ovn-controller does. */
async function start(): Promise<void> {
  controller = createServer((socket) => {
    socket.on('data', () => socket.end('{"id":0,"result":"connected","error":null}'));
  });
  const path = join(directory, 'ovn-controller.7.ctl');
  await once(controller.listen(path), 'listening');
  await chmod(path, 0o770);
}

const ask = () => askController(directory, new Deadline(5_000).signal);

it('ovn-controller is absent where nothing listens', async () => {
  expect(await ask()).toBe('absent');
});

it('ovn-controller is connected if it says so', async () => {
  await start();
  expect(await ask()).toBe('connected');
});
