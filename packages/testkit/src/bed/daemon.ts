import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

export interface DaemonOptions {
  readonly program: string;
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  /** A file that the program makes when it is ready, such as its unixctl socket. */
  readonly readyFile: string;
  /** The signal that ends it; SIGTERM unless given. */
  readonly stopSignal?: NodeJS.Signals;
}

const READY_DEADLINE = 20_000;
const STOP_DEADLINE = 5_000;

/**
 * A program that runs in the foreground as our child, so that exactly this process can be ended by its pid. The kernel
 * makes sure that it does not outlive us, however we end.
 */
export class Daemon {
  #child: ChildProcess | undefined;
  #output = '';

  constructor(private readonly options: DaemonOptions) {}

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** The end of its standard error output. */
  get output(): string {
    return this.#output;
  }

  /** Starts the program and waits until it is ready. Does nothing if it is running. */
  async start(): Promise<void> {
    if (this.#child) return;
    const { program, args, env, readyFile } = this.options;
    await rm(readyFile, { force: true }); // a killed program leaves it behind
    const command = ['--pdeathsig', 'KILL', '--', program, ...args];
    const child = spawn('setpriv', command, { env, stdio: ['ignore', 'ignore', 'pipe'] });
    this.#child = child;
    this.#output = '';
    let failure: string | undefined;
    const ended = (how: string) => {
      failure ??= how;
    };
    child.once('error', (error) => ended(error.message));
    child.once('exit', (code, signal) => ended(`ended with ${signal ?? `status ${code}`}`));
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.#output = (this.#output + text).slice(-4096);
    });

    const deadline = Date.now() + READY_DEADLINE;
    while (!(await isReady(readyFile))) {
      if (Date.now() > deadline) failure ??= 'does not serve';
      if (failure !== undefined) {
        await this.stop();
        throw new Error(`${program} ${failure}\n${this.#output}`);
      }
      await pause(5);
    }
  }

  /** Ends the program and waits until it is gone. Does nothing if it is not running. */
  async stop(): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (child?.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill(this.options.stopSignal ?? 'SIGTERM');
    const force = setTimeout(() => child.kill('SIGKILL'), STOP_DEADLINE);
    await gone;
    clearTimeout(force);
  }
}

/** Whether the file is there. Open vSwitch's daemons make their control sockets a moment before they listen on them. */
async function isReady(path: string): Promise<boolean> {
  try {
    await access(path);
    if (!path.endsWith('.ctl')) return true;
    const socket = connect(path);
    await once(socket, 'connect');
    socket.destroy();
    return true;
  } catch {
    return false;
  }
}
