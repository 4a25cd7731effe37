import type { CommandExecutor } from '@vifkit/core/step-kinds';
import { signalError } from '@vifkit/engine/time';
import type { Argv, ProgramOptions, ProgramResult, Programs, Session } from '@vifkit/host/parts';
import { eachCall, runEthtool } from './ethtool.js';
import { runIp } from './ip.js';
import { IpSession } from './ip-session.js';
import type { Kernel } from './kernel.js';
import { Nft } from './nft.js';
import type { Points } from './points.js';

/** Programs that are none: `ip`, `ethtool` and `nft` of a kernel in memory, and vendors' tools. */
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

  start(): Session {
    return new IpSession(this.#kernel, this.#points);
  }

  async run(argv: Argv, { input = '', signal, doing }: ProgramOptions): Promise<ProgramResult> {
    const [program, ...args] = argv;
    if (program === 'ip') {
      if (signal.aborted) throw signalError(signal, doing);
      return ended(
        runIp(
          this.#kernel,
          args.filter((word) => !/^-[a-z]/.test(word)),
        ),
      );
    }
    if (program === 'nft') return this.#runNft(args, input, signal, doing);
    if (program === 'ethtool' || program === 'xargs') return this.#runEthtool(argv, input, signal, doing);
    if (!this.#tools) return { exitCode: undefined, stdout: '', stderr: '', missing: true };
    return this.#tools.run(argv, signal);
  }

  async #runEthtool(
    [program, ...given]: Argv,
    input: string,
    signal: AbortSignal,
    doing: string,
  ): Promise<ProgramResult> {
    if (signal.aborted) throw signalError(signal, doing);
    const complaints: string[] = [];
    for (const args of program === 'xargs' ? eachCall(given, input) : [given]) {
      const what = `set ${args[1]} checksumOffload`;
      const failure = args[0] === '-K' && (await this.#points.reach({ part: 'links', what }, signal));
      const reply = failure ? { stderr: failure.message } : runEthtool(this.#kernel, args);
      if (reply.stderr !== undefined) complaints.push(reply.stderr);
      if (args[0] === '-k') return ended(reply);
    }
    return ended(complaints.length === 0 ? {} : { stderr: complaints.join('\n') });
  }

  async #runNft(
    args: readonly string[],
    input: string,
    signal: AbortSignal,
    doing: string,
  ): Promise<ProgramResult> {
    if (signal.aborted) throw signalError(signal, doing);
    if (!args.includes('-f')) return ended(this.nft.list(args.slice(args.indexOf('table') + 1)));
    const lines = input.trimEnd().split('\n');
    const what = `filter ${this.nft.linksIn(lines).join(' ')}`;
    const failure = await this.#points.reach({ part: 'filters', what }, signal);
    return ended(failure ? { stderr: failure.message } : this.nft.run(lines));
  }
}

function ended({ stdout = '', stderr }: { stdout?: string; stderr?: string }): ProgramResult {
  return { exitCode: stderr === undefined ? 0 : 1, stdout, stderr: stderr ?? '', missing: false };
}
