import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { builtInPlugins } from '@vifkit/cli';
import { createVifDriver, type VifDriver } from '@vifkit/engine';
import { type HostOptions, openHost } from '@vifkit/host';
import { LibvirtGuestConfigurator } from '@vifkit/libvirt';
import type { OpenVSwitch } from '@vifkit/testkit/bed';
import type { Subject } from './bench.js';
import type { Case } from './cases.js';
import { type FaultyHost, faultyHost } from './faulty-host.js';
import { type KernelState, readState } from './kernel-state.js';

const execute = promisify(execFile);
const ip = (...args: string[]) => execute('ip', args);
const plugins = await builtInPlugins();

/** What others may use, if it is a link of its own: br-int is the switch's. */
const isOurs = (name: string) => name !== 'br-int';

/** This kernel, on which steps go wrong, with all plugins. */
export class KernelBench implements Subject {
  readonly host: FaultyHost;
  readonly driver: VifDriver;
  /** What there is without the VIF. */
  bare: KernelState = {};

  private constructor(
    readonly of: Case,
    readonly ovs: OpenVSwitch,
    options: HostOptions,
  ) {
    this.host = faultyHost(openHost({ ovsdb: ovs.endpoint, ...options }));
    const { host } = this;
    const guests = new LibvirtGuestConfigurator();
    this.driver = createVifDriver({ host, guests, plugins, ...(of.options && { options: of.options }) });
  }

  static async open(of: Case, ovs: OpenVSwitch, options: HostOptions = {}): Promise<KernelBench> {
    const bench = new KernelBench(of, ovs, options);
    await bench.prepare();
    return bench;
  }

  /** Makes the links anew that the case's host has to begin with, and removes those that the VIF may leave. */
  async prepare(): Promise<void> {
    await this.#clear();
    for (const { name, addresses = [] } of this.of.host?.links ?? []) {
      await ip('tuntap', 'add', 'dev', name, 'mode', 'tap');
      await ip('link', 'set', 'dev', name, 'up');
      for (const address of addresses) await ip('address', 'add', address, 'dev', name, 'nodad');
    }
    this.bare = await this.state();
  }

  async close(): Promise<void> {
    await this.driver.close();
    await this.#clear();
  }

  /** All that a call may change. */
  state(): Promise<KernelState> {
    return readState(this.ovs);
  }

  /** What there is beside that. */
  async things(): Promise<string[]> {
    return Object.keys(await this.state()).filter((what) => !(what in this.bare));
  }

  async leftOvers(): Promise<string[]> {
    const kinds = ['link', 'Bridge', 'Port', 'Interface'];
    const mayStay = (this.of.leaves ?? []).flatMap((name) => kinds.map((kind) => `${kind} ${name}`));
    return (await this.things()).filter((what) => !mayStay.includes(what));
  }

  marked(): Promise<string[]> {
    return this.leftOvers();
  }

  async #clear(): Promise<void> {
    const links = [...(this.of.host?.links ?? []).map(({ name }) => name), ...(this.of.leaves ?? [])];
    for (const name of links.filter(isOurs)) await ip('link', 'delete', 'dev', name).catch(() => {}); // gone
  }
}
