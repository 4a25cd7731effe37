import type { CommandExecutor, CommandResult } from '@vifkit/core/step-kinds';
import { signalError, untilFired } from '@vifkit/engine/time';
import type { Argv, Following, ProgramOptions, Programs, Session } from '@vifkit/host/parts';
import { EthtoolSession, runEthtool } from './ethtool.js';
import { runBridge, runIp } from './ip.js';
import { IpSession } from './ip-session.js';
import type { Kernel } from './kernel.js';
import { pointOf } from './link-points.js';
import { Nft } from './nft.js';
import type { Point, Points } from './points.js';

/** Emulated programs: `ip`, `ethtool` and `nft` of an in-memory kernel, and vendors' tools. */
export class MemoryPrograms implements Programs {
  readonly nft = new Nft();
  readonly #points: Points;
  readonly #kernel: Kernel;
  readonly #tools: CommandExecutor | undefined;

  constructor(points: Points, kernel: Kernel, tools?: CommandExecutor) {
    this.#points = points;
    this.#kernel = kernel;
    this.#tools = tools;
  }

  start([program]: Argv): Session {
    if (program === 'sh') return new EthtoolSession(this.#kernel, this.#points);
    return new IpSession(this.#kernel, this.#points);
  }

  async run(argv: Argv, { input = '', signal, doing }: ProgramOptions): Promise<CommandResult> {
    const [program, ...args] = argv;
    if (signal.aborted) throw signalError(signal, doing);
    const words = args.filter((word) => !/^-[a-z]/.test(word));
    if (program === 'ip') return this.#write(pointOf(words, [], this.#kernel), runIp, words, signal);
    if (program === 'bridge') return this.#write(bridgePoint(words), runBridge, words, signal);
    if (program === 'nft') return this.#runNft(args, input, signal);
    if (program === 'ethtool') return ended(runEthtool(this.#kernel, args));
    if (!this.#tools) return { exitCode: undefined, stdout: '', stderr: '', missing: true };
    return this.#tools.run(argv, signal);
  }

  /** Reports each write of this host, but not its content, which nobody reads. */
  async follow([program]: Argv, { onLine, onListening }: Following, signal: AbortSignal): Promise<boolean> {
    const parts = monitored[program];
    if (!parts) return false;
    const leave = this.#points.listen(({ part, what }) => {
      if (parts.includes(part))
        onLine(part === 'filters' ? `add element bridge vifkit guests # ${what}` : what);
    });
    setImmediate(onListening);
    await untilFired(signal);
    leave();
    return true;
  }

  async #write(
    point: Point | undefined,
    program: typeof runIp,
    words: readonly string[],
    signal: AbortSignal,
  ): Promise<CommandResult> {
    const failure = point && (await this.#points.reach(point, signal));
    return ended(failure ? { stderr: failure.message } : program(this.#kernel, words));
  }

  async #runNft(args: readonly string[], input: string, signal: AbortSignal): Promise<CommandResult> {
    if (!args.includes('-f')) return ended(this.nft.list(args.slice(args.indexOf('table') + 1)));
    const lines = input.trimEnd().split('\n');
    const what = `filter ${this.nft.linksIn(lines).join(' ')}`;
    const failure = await this.#points.reach({ part: 'filters', what }, signal);
    return ended(failure ? { stderr: failure.message } : this.nft.run(lines));
  }
}

/** The parts that the monitoring programs report, with a line for each event. */
const monitored: Readonly<Record<string, readonly Point['part'][]>> = {
  ip: ['links', 'ovs', 'vfs'],
  nft: ['filters'],
};

function bridgePoint(words: readonly string[]): Point | undefined {
  return words[1] === 'show' ? undefined : { part: 'links', what: `bridge ${words.join(' ')}` };
}

function ended({ stdout = '', stderr }: { stdout?: string; stderr?: string }): CommandResult {
  return { exitCode: stderr === undefined ? 0 : 1, stdout, stderr: stderr ?? '', missing: false };
}
