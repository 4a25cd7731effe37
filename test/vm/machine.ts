import { fileURLToPath } from 'node:url';
import { startVirtualMachine, type VirtualMachine, type VmResult } from '@vifkit/testkit/bed';
import { type IpLink, linkOf } from '../vectors/observe-kernel.js';
import type { ExpectedLink } from '../vectors/rows.js';

/** The command as `npm run setup` leaves it: the virtual machine sees it at the same path. */
const program = fileURLToPath(new URL('../../packages/cli/bin/vif.js', import.meta.url));

/** A virtual function as `ip -json link show PF` prints it. */
interface IpVf {
  readonly address: string;
  readonly vlan_list: readonly { readonly vlan?: number; readonly qos?: number }[];
  readonly trust: boolean;
}

/** A line of `vif --format json`. */
export interface VifLine {
  readonly id?: string;
  readonly changes?: readonly unknown[];
  readonly differences?: readonly {
    readonly kind: string;
    readonly differences: readonly { readonly attribute: string }[];
  }[];
  readonly connection?: {
    readonly legs: readonly { readonly leg: string; readonly name: string; readonly state: string }[];
  };
  readonly error?: unknown;
}

interface Link extends IpLink {
  readonly vfinfo_list?: readonly IpVf[];
}

/** A virtual machine in which `vif` is run, and looked after by the programs that an operator would use. */
export class Machine {
  readonly #machine: VirtualMachine;

  private constructor(machine: VirtualMachine) {
    this.#machine = machine;
  }

  static async start(): Promise<Machine> {
    return new Machine(await startVirtualMachine({ cards: 1 }));
  }

  stop(): Promise<void> {
    return this.#machine.stop();
  }

  /** What a command line prints. @throws Error if it fails */
  async run(command: string): Promise<string> {
    const { exitCode, stdout, stderr } = await this.#machine.run(command);
    if (exitCode !== 0) throw new Error(`${command}: ${stderr}`);
    return stdout;
  }

  /**
   * Runs `vif --format json` on many requests: starting it takes seconds here. Its lines are in their order.
   * @throws Error if a request fails
   */
  async vif(
    operation: 'plug' | 'check' | 'unplug',
    requests: readonly unknown[],
    ...options: readonly string[]
  ): Promise<VifLine[]> {
    const input = requests.map((request) => `${JSON.stringify(request)}\n`).join('');
    const command = `'${process.execPath}' '${program}' ${[operation, ...options].join(' ')} --format json --timeout 120`;
    const { stdout, stderr }: VmResult = await this.#machine.run(command, input);
    const lines: VifLine[] = stdout
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line));
    const failed = lines.filter(({ error }) => error);
    if (failed.length > 0 || lines.length === 0) throw new Error(`${JSON.stringify(failed)} ${stderr}`);
    return lines;
  }

  /** What `vif --format json` says of a request that fails. @throws Error if it does not */
  async refused(operation: 'plug' | 'unplug', request: unknown): Promise<string> {
    const answer = await this.vif(operation, [request]).catch((error: unknown) => error);
    if (answer instanceof Error) return answer.message;
    throw new Error(`${operation} did not fail`);
  }

  /** All links but `lo`, in the reference rows' words, and the settings of eth0's virtual functions. */
  async look() {
    const listed: readonly Link[] = JSON.parse(await this.run('ip -details -json link'));
    const withoutIpv6 = await this.run('grep -lx 1 /proc/sys/net/ipv6/conf/*/disable_ipv6 || true');
    const others = listed.filter(({ ifname }) => ifname !== 'lo');
    const links = others.map((link) => [link.ifname, linkOf(link, withoutIpv6.includes(`/${link.ifname}/`))]);
    const functions = listed.find(({ ifname }) => ifname === 'eth0')?.vfinfo_list ?? [];
    return {
      links: Object.fromEntries(links) as Readonly<Record<string, ExpectedLink>>,
      functions: functions.map(({ address, vlan_list: [first], trust }) => {
        return { mac: address, vlan: first?.vlan ?? 0, qos: first?.qos ?? 0, trust };
      }),
    };
  }
}

/** What differs from the plan, and the legs that are not sound. */
export function toldOf({ differences = [], connection }: VifLine): string[] {
  const settings = differences.flatMap(({ kind, differences: those }) =>
    those.map(({ attribute }) => `${kind} ${attribute}`),
  );
  const legs = (connection?.legs ?? []).filter(({ state }) => state !== 'sound');
  return [...settings, ...legs.map(({ state, leg, name }) => `${state} ${leg} ${name}`)];
}
