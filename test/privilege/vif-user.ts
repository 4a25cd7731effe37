import { codeBlock } from '../docs/code-block.js';
import { type DocumentedHost, type Ended, startDocumentedHost } from './documented-host.js';

const document = 'docs/security.md';

/** The document's line of `setpriv`, up to its `--`: it gives the command behind it the capability, and no more. */
const withCapability = wordsOf(codeBlock(document, '### Without systemd', 'sh')).slice(0, -3);

/** The document's configuration file for use with sudo. */
const configuration = codeBlock(document, '### sudo', 'json');

/** The root helper of that file. */
export const rootHelper: readonly string[] = wordsOf(JSON.parse(configuration)['root-helper']);

/** What is run as the user `vif`. */
export interface VifUser {
  readonly host: DocumentedHost;
  /** Without a right of its own. */
  run(argv: readonly string[], stdin?: string): Promise<Ended>;
  /** With CAP_NET_ADMIN, as the document says. */
  runCapable(argv: readonly string[], stdin?: string): Promise<Ended>;
  /** The command, in one of the document's ways. */
  vif: Readonly<Record<Way, (args: readonly string[], stdin: string) => Promise<Ended>>>;
  /** What sudo has run so far, and what it refused to run. */
  sudoLog(): Promise<{ readonly run: string[]; readonly refused: string[] }>;
}

export const ways = ['unit', 'setpriv', 'sudo'] as const;
type Way = (typeof ways)[number];

/** A host set up by the lines of the document, from nothing. */
export async function startVifUser(switchDirectory?: string): Promise<VifUser> {
  const host = await startDocumentedHost(switchDirectory);
  try {
    await host.shell(`set -e\n${codeBlock(document, '### Setting up', 'sh')}`);
    await host.shell(`set -e\n${codeBlock(document, '### sudo', 'sh')}`);
    if (switchDirectory) await host.shell('systemctl start ovsdb-server');
    await host.run(['tee', '/etc/vif.json'], configuration);
  } catch (error) {
    await host.close();
    throw error;
  }
  const run: VifUser['run'] = (argv, stdin) =>
    host.run(['setpriv', '--reuid=vif', '--regid=vif', '--init-groups', '--', ...argv], stdin);
  const runCapable: VifUser['run'] = (argv, stdin) => host.run([...withCapability, ...argv], stdin);
  return {
    host,
    run,
    runCapable,
    vif: {
      unit: (args, stdin) => runInUnit(host, ['vif', ...args], stdin),
      setpriv: (args, stdin) => runCapable(['vif', ...args], stdin),
      sudo: (args, stdin) => run(['vif', ...args, '--config', '/etc/vif.json'], stdin),
    },
    async sudoLog() {
      const { stdout } = await host.run(['cat', '/run/sudo.log']);
      const lines = stdout.split('\n').filter((line) => line.includes('COMMAND='));
      const commandOf = (line: string) => line.replace(/^.*COMMAND=/, '');
      const isRefusal = (line: string) => !/ : vif : (TTY|PWD)=/.test(line); // why stands before them
      return {
        run: lines.filter((line) => !isRefusal(line)).map(commandOf),
        refused: lines.filter(isRefusal).map(commandOf),
      };
    },
  };
}

/** Runs a command in a unit that is the documented one but for its command. */
export async function runInUnit(host: DocumentedHost, argv: readonly string[], stdin = ''): Promise<Ended> {
  const quoted = argv.map((word) => `"${escaped(word)}"`).join(' ');
  const shipped = await host.shell('cat /etc/systemd/system/vif@.service');
  const lines = shipped.split('\n').filter((line) => !/^(ExecStop|RemainAfterExit|ExecStart)=/.test(line));
  const started = [`ExecStart=${quoted}`, ...['Input', 'Output', 'Error'].map(streamOf)];
  const unit = lines.join('\n').replace('[Service]', `[Service]\n${started.join('\n')}`);
  await host.run(['tee', '/run/units/test.service'], unit);
  await host.run(['tee', '/run/Input'], stdin);
  await host.shell('rm -f /run/Output /run/Error; systemctl daemon-reload');
  const { status } = await host.run(['systemctl', 'start', 'test.service']);
  const property = await host.shell('systemctl show --value --property=ExecMainStatus test.service');
  // systemd's own, as for a restriction that it cannot make: the command was not run then.
  if (Number(property) >= 200) throw new Error(`The unit was not started: status ${property}`);
  const [stdout, stderr] = await Promise.all(
    ['Output', 'Error'].map((name) => host.shell(`cat /run/${name}`)),
  );
  await host.run(['systemctl', 'reset-failed', 'test.service']);
  return { status: status === 0 ? 0 : Number(property), stdout: stdout ?? '', stderr: stderr ?? '' };
}

/** For a line of a unit, between quotes. */
function escaped(word: string): string {
  return word.replaceAll(/["\\]/g, '\\$&').replaceAll('\n', '\\n').replaceAll(/[%$]/g, '$&$&');
}

function streamOf(name: string): string {
  return `Standard${name}=file:/run/${name}`;
}

function wordsOf(line: string): string[] {
  return line.trim().split(/\s+/);
}
