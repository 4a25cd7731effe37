import type { CommandResult } from '@vifkit/core/step-kinds';
import type { Following } from '../commands/follow-program.js';
import type { Answer, AskedFor, Ending, Question } from '../commands/program-session.js';
import { hostPrograms, type Programs, type Session } from '../commands/programs.js';
import { type Argv, missingProgram, type ProgramOptions } from '../commands/run-program.js';
import type { NamespaceFile } from './namespace-file.js';

/** The exit codes of `nsenter` for a program that it found but could not start, and for one that does not exist. */
const UNSTARTED = 126;
const MISSING = 127;

/** The means of entering a namespace. */
type Entrance = Pick<NamespaceFile, 'enter' | 'number'>;

/** Programs in another network namespace. */
export class ProgramsInNamespace implements Programs {
  constructor(
    private readonly namespace: Entrance,
    private readonly programs: Programs = hostPrograms,
  ) {}

  async run(argv: Argv, options: ProgramOptions): Promise<CommandResult> {
    const result = await this.programs.run(this.namespace.enter(argv), options);
    return { ...result, ...endingOf(argv, result, result.stderr) };
  }

  start(argv: Argv): Session {
    const session = this.programs.start(this.namespace.enter(argv));
    return new SessionInNamespace(this.namespace, argv, session);
  }

  async follow(argv: Argv, following: Following, signal: AbortSignal): Promise<boolean> {
    return this.programs.follow(this.namespace.enter(argv), following, signal);
  }
}

class SessionInNamespace implements Session {
  constructor(
    private readonly namespace: Entrance,
    private readonly argv: Argv,
    private readonly session: Session,
  ) {}

  get linesSent(): number {
    return this.session.linesSent;
  }

  get age(): number | undefined {
    return this.session.age;
  }

  get isOver(): boolean {
    return this.session.isOver;
  }

  async ask(question: Question, options: AskedFor, isFinal: boolean): Promise<Answer> {
    this.namespace.number(); // a waiting process may be in a namespace that has lost its name
    const answer = await this.session.ask(question, options, isFinal);
    if (!answer.ended) return answer;
    return { ...answer, ended: endingOf(this.argv, answer.ended, answer.stderr.join('\n')) };
  }

  end(): Promise<void> {
    return this.session.end();
  }
}

/**
 * How a program ended, as if it had been started without `nsenter`.
 * @throws VifError COMMAND_NOT_FOUND if `nsenter` itself is missing
 */
function endingOf([program]: Argv, ended: Ending, stderr: string): Ending {
  if (ended.missing) throw missingProgram('nsenter');
  const [firstLine = ''] = stderr.split('\n', 1);
  const isOfNsenter = firstLine.startsWith('nsenter: ') && firstLine.includes(` ${program}: `);
  const missing = ended.exitCode === MISSING;
  if (!isOfNsenter || (!missing && ended.exitCode !== UNSTARTED)) return ended;
  const reason = missing ? 'ENOENT' : firstLine.slice(firstLine.lastIndexOf(': ') + 2);
  return { exitCode: undefined, missing, ending: `cannot be started (${reason})` };
}
