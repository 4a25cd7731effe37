import { readFile } from 'node:fs/promises';
import { VifError } from '@vifkit/core';
import type { CommandExecutor, CommandResult } from '@vifkit/core/step-kinds';
import type { DomainDriver } from '../../src/domain/index.js';

type Configuration = 'live' | 'config';

interface Contents {
  devices: string[];
  metadata: string;
}

interface FakeLibvirtOptions {
  readonly configurations?: readonly Configuration[];
  /** Dumps of the running guest that still have a card which was to be taken away. */
  readonly looks?: number;
}

/** How a call goes wrong: it is refused, or it is done and nobody hears of it, as when virsh is ended. */
type Fault = 'refused' | 'unheard';

/** One domain, with a `virsh` that works on it and a driver whose VIFs are plugged or not. Each call can be made to fail. */
export class FakeLibvirt {
  readonly plugged = new Set<string>();
  /** What was asked for so far. */
  readonly calls: string[] = [];
  readonly #contents: Map<Configuration, Contents>;
  readonly #looks: number;
  #leaving: { xml: string; looks: number } | undefined;
  #fault: { at: number; how: Fault } | undefined;

  constructor({ configurations = ['live', 'config'], looks = 0 }: FakeLibvirtOptions = {}) {
    this.#contents = new Map(configurations.map((each) => [each, { devices: [], metadata: '' }]));
    this.#looks = looks;
  }

  /** The call of this number from now on, the first being 1, goes wrong. */
  failAt(number: number, how: Fault): void {
    this.#fault = { at: this.calls.length + number, how };
  }

  get state() {
    const contents = [...this.#contents].map(([name, { devices, metadata }]) => [name, devices, metadata]);
    return structuredClone({ contents, plugged: [...this.plugged] });
  }

  /** What is asked of a driver. */
  readonly driver: DomainDriver = {
    config: async ({ vif }: { vif: { address: string } }) => ({
      device: {
        toXml: () => `<interface type="ethernet">\n  <mac address="${vif.address}"/>\n</interface>\n`,
      },
    }),
    plug: ({ vif }: { vif: { id: string } }) =>
      this.#call('plug', () => {
        const isNew = !this.plugged.has(vif.id);
        this.plugged.add(vif.id);
        return { changes: isNew ? [{}] : [] };
      }),
    unplug: ({ vif }: { vif: { id: string } }) =>
      this.#call('unplug', () => ({ changes: this.plugged.delete(vif.id) ? [{}] : [] })),
    waitReady: () => this.#call('waitReady', () => undefined),
  } as DomainDriver;

  /** `virsh` on that domain. */
  readonly commands: CommandExecutor = {
    run: async ([, , command = '', ...args], signal) => {
      if (signal.aborted) throw new VifError('TIMEOUT', `The deadline passed while running virsh ${command}`);
      const flags = (['live', 'config'] as const).filter((each) => args.includes(`--${each}`));
      const optionOf = (name: string) => args[args.indexOf(name) + 1] ?? '';
      const file = args.includes('--file') ? await readFile(optionOf('--file'), 'utf8') : '';
      try {
        return result(await this.#call(`virsh ${command}`, () => this.#virsh(command, args, flags, file)));
      } catch (error) {
        return { ...result(''), exitCode: 1, stderr: `error: ${(error as Error).message}\n` };
      }
    },
  };

  async #call<T>(what: string, act: () => T): Promise<T> {
    this.calls.push(what);
    const fault = this.#fault?.at === this.calls.length ? this.#fault.how : undefined;
    if (fault === 'refused') throw new VifError('LIBVIRT_FAILED', `${what} is made to fail`);
    const value = act();
    if (fault === 'unheard') throw new VifError('LIBVIRT_FAILED', `${what} is ended`);
    return value;
  }

  #virsh(command: string, args: readonly string[], flags: readonly Configuration[], file: string): string {
    switch (command) {
      case 'dominfo':
        return `Persistent:     ${this.#contents.has('config') ? 'yes' : 'no'}\n`;
      case 'domstate':
        return this.#contents.has('live') ? 'running\n' : 'shut off\n';
      case 'dumpxml':
        return this.#dump(args.includes('--inactive') ? 'config' : 'live');
      case 'attach-device':
        for (const each of flags) this.#of(each).devices.push(file.trim());
        return '';
      case 'detach-device':
        for (const each of flags) this.#detach(each, file.trim());
        return '';
      case 'metadata':
        for (const each of flags) this.#of(each).metadata = metadataOf(args);
        return '';
      default:
        throw new Error(`unknown command ${command}`);
    }
  }

  #of(configuration: Configuration): Contents {
    const found = this.#contents.get(configuration);
    if (!found) throw new Error(`the domain has no configuration ${configuration}`);
    return found;
  }

  #detach(configuration: Configuration, xml: string): void {
    const { devices } = this.#of(configuration);
    if (!devices.some((each) => isSame(each, xml))) throw new Error('no such device');
    if (configuration === 'live' && this.#looks > 0) this.#leaving ??= { xml, looks: this.#looks };
    else this.#remove(configuration, xml);
  }

  #remove(configuration: Configuration, xml: string): void {
    const contents = this.#of(configuration);
    contents.devices = contents.devices.filter((each) => !isSame(each, xml));
  }

  #dump(configuration: Configuration): string {
    if (configuration === 'live' && this.#leaving && this.#leaving.looks-- <= 0) {
      this.#remove('live', this.#leaving.xml);
      this.#leaving = undefined;
    }
    const { devices, metadata } = this.#of(configuration);
    return `<domain><name>guest</name><uuid>${uuid}</uuid><metadata>${metadata}</metadata><devices>${devices.join('')}</devices></domain>`;
  }
}

export const uuid = '5f0c6f3e-0b51-4b35-9f0b-6f6f3ddc0001';

function isSame(device: string, other: string): boolean {
  const aliasOf = (xml: string) => /<alias name="([^"]*)"/.exec(xml)?.[1];
  return aliasOf(device) === aliasOf(other);
}

/** Libvirt hands back what it was given with a prefix on the outermost element. */
function metadataOf(args: readonly string[]): string {
  if (args.includes('--remove')) return '';
  const [uri, xml = ''] = ['--uri', '--set'].map((name) => args[args.indexOf(name) + 1]);
  return xml.replace('<vifs>', `<vif:vifs xmlns:vif="${uri}">`).replace('</vifs>', '</vif:vifs>');
}

function result(stdout: string): CommandResult {
  return { exitCode: 0, stdout, stderr: '', missing: false };
}
