import { makeNamespace, type Namespace, type OpenVSwitch, startOpenVSwitch } from '@vifkit/testkit/bed';
import { startVif, type VifEnd, type VifProcess } from './vif-process.js';

/** A host of its own, as far as links and Open vSwitch go. */
export class Site {
  private constructor(
    readonly namespace: Namespace,
    readonly ovs: OpenVSwitch,
  ) {}

  static async open(): Promise<Site> {
    const namespace = await makeNamespace();
    const ovs = await startOpenVSwitch({ namespace });
    await ovs.vsctl('add-br', 'br-int', '--', 'set', 'Bridge', 'br-int', 'datapath_type=netdev');
    return new Site(namespace, ovs);
  }

  async close(): Promise<void> {
    await this.ovs.stop();
    await this.namespace.close();
  }

  /** Starts `vif` upon this host. */
  start(operation: string, requests: readonly unknown[] = [], ...args: readonly string[]): VifProcess {
    return startVif(this.namespace, [operation, '--ovsdb', this.ovs.endpoint, ...args], requests);
  }

  /** Runs `vif` to its end. */
  run(operation: string, requests: readonly unknown[] = [], ...args: readonly string[]): Promise<VifEnd> {
    return this.start(operation, requests, ...args).ended;
  }

  /** The names of all links, but those of the namespace and of Open vSwitch itself. */
  async links(): Promise<string[]> {
    const links: { ifname: string }[] = JSON.parse(await this.namespace.run('ip', '-json', 'link'));
    const own = new Set(['lo', 'ovs-netdev', 'br-int']);
    return links.map(({ ifname }) => ifname).filter((name) => !own.has(name));
  }

  /** The names in the column of a table, each as often as it is there. */
  async names(table: 'Port' | 'Interface' | 'Bridge'): Promise<string[]> {
    const text = await this.ovs.vsctl('--bare', '--columns=name', 'list', table);
    return text.split('\n').filter((name) => name && name !== 'br-int');
  }

  /** What there is of VIFs. */
  async leftOvers(): Promise<string[]> {
    const [links, ports, interfaces] = await Promise.all([
      this.links(),
      this.names('Port'),
      this.names('Interface'),
    ]);
    return [
      ...links.map((name) => `link ${name}`),
      ...ports.map((name) => `port ${name}`),
      ...interfaces.map((name) => `interface ${name}`),
    ];
  }
}
