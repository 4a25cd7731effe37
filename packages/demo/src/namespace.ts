import { execa } from 'execa';

const INSIDE = 'VIFKIT_DEMO_NAMESPACE';
const unshare = ['--user', '--map-root-user', '--net', '--'];

/** Whether this process is the one that was started in the demo's namespaces. */
export function isInNamespace(): boolean {
  return process.env[INSIDE] === '1';
}

/** Whether this user may have a user and network namespace. */
export async function canHaveNamespace(): Promise<boolean> {
  const { failed } = await execa('unshare', [...unshare, 'true'], { reject: false, stdio: 'ignore' });
  return !failed;
}

/** Runs this program again in a user and network namespace of its own. Answers its exit status. */
export async function runInNamespace(): Promise<number> {
  const { exitCode } = await execa('unshare', [...unshare, process.execPath, ...process.argv.slice(1)], {
    stdio: 'inherit',
    env: { [INSIDE]: '1' },
    reject: false,
  });
  return exitCode ?? 1;
}
