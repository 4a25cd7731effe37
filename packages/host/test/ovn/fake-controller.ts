import { once } from 'node:events';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Deadline } from '@vifkit/engine/time';
import { askController, type ControllerState } from '../../src/ovn/controller.js';

/** A directory for the control socket of an ovn-controller, which answers as a connected one does once it listens. */
export class FakeController {
  #server: Server | undefined;

  private constructor(private readonly directory: string) {}

  static async make(): Promise<FakeController> {
    const directory = await mkdtemp(join(tmpdir(), 'controller-'));
    await chmod(directory, 0o755);
    return new FakeController(directory);
  }

  async listen(): Promise<void> {
    const server = createServer((socket) => {
      socket.on('data', () => socket.end('{"id":0,"result":"connected","error":null}'));
    });
    this.#server = server;
    const path = join(this.directory, 'ovn-controller.7.ctl');
    await once(server.listen(path), 'listening');
    await chmod(path, 0o770);
  }

  ask(): Promise<ControllerState> {
    return askController(this.directory, new Deadline(5_000).signal);
  }

  async remove(): Promise<void> {
    this.#server?.close();
    await rm(this.directory, { recursive: true });
  }
}
