import { spawn } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { countNetlinkRequests, type NetlinkRequests } from './netlink-requests.js';

/** What a program, and those that it started, asked of the kernel. */
export interface SystemTrace {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
  /** The argument vectors of the programs that it started, as strace shows them. */
  readonly started: readonly string[];
  readonly netlink: NetlinkRequests;
  /** The files of /proc/sys that were opened for writing, once for each time. */
  readonly settings: readonly string[];
}

/**
 * Runs a program to its end under strace.
 * @param input what it reads on standard input
 * @throws Error when strace is not installed
 */
export async function traceProgram(argv: readonly string[], input = ''): Promise<SystemTrace> {
  const directory = await mkdtemp(join(tmpdir(), 'trace-'));
  try {
    // A file for each process and thread: in a common one, they would cut each other's lines in two.
    const options = ['-ff', '-qq', '-o', join(directory, 'trace'), '-e', 'signal=none', '--seccomp-bpf'];
    const calls = ['-e', 'trace=execve,sendmsg,sendto,openat'];
    const ended = await run('strace', [...options, ...calls, '--', ...argv], input);
    const files = await readdir(directory);
    const texts = await Promise.all(files.map((file) => readFile(join(directory, file), 'utf8')));
    const lines = texts.flatMap((text) => text.split('\n'));
    const [, ...started] = lines.filter((line) => line.startsWith('execve(') && line.endsWith(' = 0'));
    return {
      ...ended,
      started,
      netlink: countNetlinkRequests(lines),
      settings: lines.flatMap(writtenSetting),
    };
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

function writtenSetting(line: string): string[] {
  const [, path, flags = ''] = /^openat\(\w+, "(\/proc\/sys\/[^"]+)", (\S+)/.exec(line) ?? [];
  return path !== undefined && /O_WRONLY|O_RDWR/.test(flags) ? [path] : [];
}

type Ended = Pick<SystemTrace, 'exitCode' | 'stdout' | 'stderr'>;

function run(program: string, args: readonly string[], input: string): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'pipe'] });
    let [stdout, stderr] = ['', ''];
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    child.once('error', reject);
    child.once('close', (code) => resolve({ exitCode: code ?? -1, stdout, stderr }));
    child.stdin.on('error', () => {}); // it may end without having read all
    child.stdin.end(input);
  });
}
