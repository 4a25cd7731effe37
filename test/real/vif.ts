import { fileURLToPath } from 'node:url';
import { execa } from 'execa';

/** The command as `npm run setup` leaves it. */
export const program = fileURLToPath(new URL('../../node_modules/.bin/vif', import.meta.url));

export interface VifRun {
  readonly exitCode: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
  /** The lines of `--format json`. */
  readonly lines: readonly VifLine[];
}

interface VifLine {
  readonly id: string | null;
  readonly path?: string;
  readonly plugin?: string;
  readonly xml?: string;
  /** What the domain needs besides the device. */
  readonly domain?: readonly { readonly xml: string; readonly why: string }[];
  readonly object?: unknown;
  readonly changes?: readonly { readonly kind: string; readonly name: string }[];
  readonly differences?: readonly unknown[];
  readonly error?: {
    readonly code: string;
    readonly message: string;
    readonly cause?: { readonly code: string };
  };
}

/** Runs `vif --format json` with requests on standard input. */
export async function vif(
  operation: 'config' | 'plan' | 'plug' | 'check' | 'unplug' | 'object' | 'gc',
  requests: readonly unknown[],
  ...args: readonly string[]
): Promise<VifRun> {
  const input = requests.map((request) => `${JSON.stringify(request)}\n`).join('');
  const result = await execa(program, [operation, '--format', 'json', ...args], { input, reject: false });
  const { exitCode, stdout, stderr } = result;
  return {
    exitCode,
    stdout,
    stderr,
    lines: stdout
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line)),
  };
}
