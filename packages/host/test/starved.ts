import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const execute = promisify(execFile);

/** The URL of a compiled module of the host. */
const compiled = (path: string) => new URL(`../dist/${path}`, import.meta.url).href;

/**
 * Runs a program in a process that can run out of file descriptors, and returns what it prints. It has `starve()`, which
 * takes all that are left and returns a function that frees them; `outcome(promise)`, which says `ok` or the error's
 * code; and the exports of compiled modules of the host.
 */
export async function runStarved(modules: readonly string[], program: string): Promise<string[]> {
  const imports = modules.map((path) => `await import('${compiled(path)}')`);
  const script = `
    import { closeSync, openSync } from 'node:fs';
    const host = Object.assign({}, ${imports.join(', ')});
    const starve = () => {
      const taken = [];
      try { for (;;) taken.push(openSync('/dev/null')); } catch {}
      return () => { for (const each of taken) closeSync(each); };
    };
    const outcome = (promise) => promise.then(() => 'ok', ({ code, message }) => code ?? message);
    process.stdout.write(''); // its stream opens a file
    ${program}`;
  const argv = [
    '-c',
    'ulimit -n 160; exec "$0" "$@"',
    process.execPath,
    '--input-type=module',
    '--eval',
    script,
  ];
  const { stdout } = await execute('sh', argv, { cwd: fileURLToPath(new URL('.', import.meta.url)) });
  return stdout.trim().split('\n');
}
