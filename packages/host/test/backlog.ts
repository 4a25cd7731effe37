import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** Connects to a Unix socket whose owner is stopped, until it refuses: Open vSwitch's daemons keep 64 waiting. */
export async function fillBacklog(path: string): Promise<Socket[]> {
  const waiting: Socket[] = [];
  for (;;) {
    const socket = connect(path);
    try {
      await once(socket, 'connect');
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'EAGAIN') return waiting;
      throw error;
    }
    waiting.push(socket);
  }
}
