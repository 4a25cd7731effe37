// Programs that are started in a ground's network namespace.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

/**
 * Starts a program, waits for its end, and answers what it printed and how many milliseconds it took from start to end.
 * @throws Error if it ends with another status than it is to
 */
export async function runToEnd([program, ...args], { input = '', env = process.env, status = 0 } = {}) {
  const start = performance.now();
  const child = spawn(program, args, { env, stdio: ['pipe', 'pipe', 'pipe', 'pipe'] });
  const texts = [1, 2, 3].map((descriptor) => collect(child.stdio[descriptor]));
  child.stdin.on('error', () => {}); // it may end without having read all
  child.stdin.end(input);
  const code = await new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  const milliseconds = performance.now() - start;
  const [stdout, stderr, extra] = texts.map((text) => text());
  if (code !== status)
    throw new Error(`${program} ended with status ${code}: ${stderr || stdout.slice(0, 2000)}`);
  return { milliseconds, stdout, extra };
}

function collect(stream) {
  const chunks = [];
  stream.on('data', (chunk) => chunks.push(chunk));
  return () => Buffer.concat(chunks).toString();
}

/** A program that answers each line with one, or has lines to tell of its own accord. */
export class Conversation {
  #child;
  #lines;
  #complaints = '';

  constructor(argv, env) {
    // It may be long at what it was asked last: it is not to outlive us, however we end.
    const args = ['--pdeathsig', 'KILL', '--', ...argv];
    this.#child = spawn('setpriv', args, { env, stdio: ['pipe', 'pipe', 'pipe'] });
    this.#child.stderr.setEncoding('utf8').on('data', (text) => {
      this.#complaints = (this.#complaints + text).slice(-4096);
    });
    this.#child.stdin.on('error', () => {}); // its end is noticed where its answer is awaited
    this.#lines = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]();
  }

  get pid() {
    return this.#child.pid;
  }

  /** Its next line. @throws Error with its last words if it has ended */
  async line() {
    const { value, done } = await this.#lines.next();
    if (done) throw new Error(`A subject has ended: ${this.#complaints}`);
    return value;
  }

  /** @throws Error with what it says if it cannot */
  async ask(request) {
    this.#child.stdin.write(`${JSON.stringify(request)}\n`);
    const answer = JSON.parse(await this.line());
    if (answer.error) throw new Error(`A subject cannot ${request.operation}: ${answer.error}`);
    return answer;
  }

  /** Ends one that ends with its standard input. */
  end() {
    return this.#ended(() => this.#child.stdin.end());
  }

  /** Ends one that runs until it is interrupted. */
  stop() {
    return this.#ended(() => this.#child.kill());
  }

  async #ended(end) {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = new Promise((resolve) => this.#child.once('exit', resolve));
    end();
    await ended;
  }
}
