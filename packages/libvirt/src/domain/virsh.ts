import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { VifError } from '@vifkit/core';
import type { CommandExecutor } from '@vifkit/core/step-kinds';

/** Which of a domain's two configurations: that of the running guest, and that of its next start. */
export type Configuration = 'live' | 'config';

/** Talks to libvirt through its command line tool, which every host with libvirt has. */
export class Virsh {
  /** @param uri as for `virsh --connect`; libvirt's default unless given */
  constructor(
    private readonly commands: CommandExecutor,
    private readonly uri: string | undefined,
  ) {}

  /** @throws VifError LIBVIRT_FAILED with virsh's error message, COMMAND_NOT_FOUND, TIMEOUT, ABORTED */
  async run(signal: AbortSignal, ...args: readonly string[]): Promise<string> {
    const connect = this.uri === undefined ? [] : ['--connect', this.uri];
    const result = await this.commands.run(['virsh', '--quiet', ...connect, ...args], signal);
    const { exitCode, stdout, stderr, missing, ending = 'failed' } = result;
    if (missing) {
      const text = "The program 'virsh' is missing: install it (libvirt-clients on Debian)";
      throw new VifError('COMMAND_NOT_FOUND', text);
    }
    if (exitCode === 0) return stdout;
    const why =
      stderr
        .trim()
        .replaceAll(/^error: /gm, '')
        .replaceAll('\n', '; ') || ending;
    throw new VifError('LIBVIRT_FAILED', `virsh ${args[0]}: ${why}${remedyFor(why)}`);
  }

  /** Runs a command that takes XML as a file. */
  async runWith(
    xml: string,
    signal: AbortSignal,
    command: string,
    domain: string,
    ...flags: readonly string[]
  ) {
    const directory = await mkdtemp(join(tmpdir(), 'vif-'));
    try {
      const file = join(directory, 'device.xml');
      await writeFile(file, xml, { mode: 0o600 });
      await this.run(signal, command, '--domain', domain, '--file', file, ...flags);
    } finally {
      await rm(directory, { recursive: true, force: true });
    }
  }

  /**
   * The configurations that a domain has.
   * @throws VifError LIBVIRT_FAILED if there is no such domain
   */
  async configurationsOf(domain: string, signal: AbortSignal): Promise<Configuration[]> {
    const [info, state] = await Promise.all([
      this.run(signal, 'dominfo', '--domain', domain),
      this.run(signal, 'domstate', '--domain', domain),
    ]);
    const isPersistent = /^Persistent:\s+yes/m.test(info);
    const isActive = !['shut off', 'crashed'].includes(state.trim());
    return [...(isActive ? (['live'] as const) : []), ...(isPersistent ? (['config'] as const) : [])];
  }

  dump(domain: string, configuration: Configuration, signal: AbortSignal): Promise<string> {
    const inactive = configuration === 'config' ? ['--inactive'] : [];
    return this.run(signal, 'dumpxml', '--domain', domain, ...inactive);
  }

  /** The ids of all domains, whether running or not. */
  async domains(signal: AbortSignal): Promise<string[]> {
    return (await this.run(signal, 'list', '--all', '--uuid')).split('\n').filter((line) => line !== '');
  }
}

/** virsh says what is wrong, but not what to do: the end of a message. */
function remedyFor(complaint: string): string {
  if (/failed to connect to the hypervisor/.test(complaint)) {
    return '. Start its daemon (libvirtd or virtqemud), or name another (--connect URI)';
  }
  return /failed to get domain/.test(complaint)
    ? '. `virsh list --all` shows the domains that there are'
    : '';
}
