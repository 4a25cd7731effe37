import { fileURLToPath } from 'node:url';
import { startVirtualMachine, type VirtualMachine } from '@vifkit/testkit/bed';
import { type IpLink, linkOf } from '../vectors/observe-kernel.js';
import type { ExpectedLink } from '../vectors/rows.js';

/** The command as `npm run setup` leaves it: the virtual machine sees it at the same path. */
const program = fileURLToPath(new URL('../../packages/cli/bin/vif.js', import.meta.url));

type Operation = 'plug' | 'check' | 'unplug';

/** Seconds, since the first run of an operation serves the last request, too. */
const TIMEOUT = 1800;

const vif = (operation: Operation) =>
  `'${process.execPath}' '${program}' ${operation} --format json --timeout ${TIMEOUT}`;

const jsonLines = (requests: readonly unknown[]) =>
  requests.map((request) => `${JSON.stringify(request)}\n`).join('');

const readLines = (text: string): VifLine[] =>
  text
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));

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
  /** How many requests the runs of `vif` have answered. */
  readonly #answered: Record<Operation, number> = { plug: 0, check: 0, unplug: 0 };

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
  async run(command: string, input?: string): Promise<string> {
    const { exitCode, stdout, stderr } = await this.#machine.run(command, input);
    if (exitCode !== 0) throw new Error(`${command}: ${stdout} ${stderr}`);
    return stdout;
  }

  /**
   * What `vif --format json` says of many requests, in their order. The first run of each operation reads further
   * requests, too: a start takes seconds here.
   * @throws Error if a request fails
   */
  async vif(operation: Operation, requests: readonly unknown[]): Promise<VifLine[]> {
    const [files, answered] = [`/run/vif-${operation}`, this.#answered[operation]];
    if (answered === 0) {
      // The reader of a FIFO has its end once nobody has it open for writing.
      await this.run(`mkfifo ${files}.in; setsid sleep infinity >${files}.in &
setsid ${vif(operation)} <${files}.in >${files}.out 2>${files}.err & echo $! >${files}.pid`);
    }
    this.#answered[operation] += requests.length;
    const stdout = await this.run(
      `cat >${files}.in; tail -f -n +${answered + 1} --pid=$(cat ${files}.pid) ${files}.out | head -n ${requests.length}`,
      jsonLines(requests),
    );
    const lines = readLines(stdout);
    const failed = lines.filter(({ error }) => error);
    if (failed.length > 0 || lines.length < requests.length) {
      throw new Error(`${JSON.stringify(failed)} ${await this.run(`cat ${files}.err`)}`);
    }
    return lines;
  }

  /** As {@link vif}, by a process of its own. @throws Error if a request fails */
  async vifAlone(operation: Operation, requests: readonly unknown[], options = ''): Promise<VifLine[]> {
    return readLines(await this.run(`${vif(operation)} ${options}`, jsonLines(requests)));
  }

  /** What `vif --format json` says of a request that fails. @throws Error if it does not */
  async refused(operation: Operation, request: unknown): Promise<string> {
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
