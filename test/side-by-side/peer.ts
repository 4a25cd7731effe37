import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { makeNamespace, type Namespace, type OpenVSwitch, startOpenVSwitch } from '@vifkit/testkit/bed';

/** An object as both sides build it: a class of os-vif, and its fields. */
export interface ObjectDescription {
  readonly class: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

export interface PeerRequest {
  readonly operation: 'plug' | 'unplug' | 'check';
  readonly vif: ObjectDescription;
  readonly options: object;
}

interface Answer {
  readonly error?: string;
  readonly changes?: readonly unknown[];
  readonly differences?: readonly unknown[];
}

/** Debian's own interpreter: another one on the path lacks Debian's os-vif. */
const programs = {
  osVif: ['/usr/bin/python3', 'run_os_vif.py'],
  vifkit: [process.execPath, 'run-vifkit.js'],
} as const;

const instance = { uuid: '20215e6f-3d4c-4e8f-a0b1-c2d3e4f50603', name: 'instance-00000003' };

/** A network namespace with an Open vSwitch, and programs that plug there. */
export class Peer {
  readonly #programs = new Map<keyof typeof programs, Program>();

  private constructor(
    readonly namespace: Namespace,
    readonly ovs: OpenVSwitch,
  ) {}

  static async start(dpdk: boolean): Promise<Peer> {
    const namespace = await makeNamespace();
    await namespace.run('ip', 'link', 'set', 'dev', 'lo', 'up');
    return new Peer(namespace, await startOpenVSwitch({ namespace, dpdk }));
  }

  /** Has one of the programs do something. @throws Error with what the program says if it cannot */
  async ask(who: keyof typeof programs, request: PeerRequest): Promise<Answer> {
    const program = this.#programs.get(who) ?? (await Program.start(this, programs[who]));
    this.#programs.set(who, program);
    const answer = await program.ask({ ...request, instance });
    if (answer.error !== undefined) throw new Error(`${who} cannot ${request.operation}: ${answer.error}`);
    return answer;
  }

  async stop(): Promise<void> {
    for (const program of this.#programs.values()) await program.stop();
    await this.ovs.stop();
    await this.namespace.close();
  }
}

/** A program that answers each line with one. */
class Program {
  readonly #child: ChildProcess;
  readonly #lines: AsyncIterator<string>;
  #complaints = '';

  private constructor(namespace: Namespace, argv: readonly string[]) {
    const words = ['--target', String(namespace.pid), '--net', '--', ...argv];
    this.#child = spawn('nsenter', words, { stdio: ['pipe', 'pipe', 'pipe'] });
    const { stdout, stderr } = this.#child;
    if (!stdout || !stderr) throw new Error('The program has no output');
    stderr.setEncoding('utf8').on('data', (text: string) => {
      this.#complaints = (this.#complaints + text).slice(-4096);
    });
    this.#lines = createInterface({ input: stdout })[Symbol.asyncIterator]();
  }

  static async start(
    { namespace, ovs }: Peer,
    [program, script]: readonly [string, string],
  ): Promise<Program> {
    const path = fileURLToPath(new URL(script, import.meta.url));
    const started = new Program(namespace, [program, path, ovs.endpoint]);
    await started.#line();
    return started;
  }

  async ask(request: unknown): Promise<Answer> {
    this.#child.stdin?.write(`${JSON.stringify(request)}\n`);
    return JSON.parse(await this.#line());
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null) return;
    const ended = new Promise((resolve) => this.#child.once('exit', resolve));
    this.#child.stdin?.end();
    await ended;
  }

  async #line(): Promise<string> {
    const { value, done } = await this.#lines.next();
    if (done) throw new Error(`The program has ended: ${this.#complaints}`);
    return value;
  }
}
