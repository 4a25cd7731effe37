// The ground that a subject works on: a network namespace and an Open vSwitch that it shares with nobody.
import { mkdtempSync, rmSync } from 'node:fs';
import { makeNamespace, startOpenVSwitch } from '@vifkit/testkit/bed';
import { Conversation, runToEnd } from './process.js';
import { processorTime } from './processor-time.js';
import { subjects, vifArgv } from './programs/argv.js';
import { integrationBridge } from './vifs.js';

const doomed = 99;

/** A tmpfs everywhere, as /run is on hosts: in the root of a container, that may be a folder of a disk. */
const memory = '/dev/shm';

export class Ground {
  #namespace;
  #vswitch;
  #subject;
  /** Where locks are, and what is recorded. */
  #state = mkdtempSync(`${memory}/bench-`);

  /** Makes the ground, and starts the subject of this name on it. */
  static async open(name) {
    const ground = new Ground();
    ground.#namespace = await makeNamespace();
    try {
      await ground.#namespace.run('ip', 'link', 'set', 'dev', 'lo', 'up');
      ground.#vswitch = await startOpenVSwitch({ namespace: ground.#namespace });
      const setting = ['--', 'set', 'Bridge', integrationBridge, 'datapath_type=netdev'];
      await ground.#vswitch.vsctl('add-br', integrationBridge, ...setting);
      const argv = [...subjects[name], ground.endpoint, ground.#state];
      ground.#subject = new Conversation(ground.#inside(argv), ground.#env);
      await ground.#subject.line();
    } catch (error) {
      await ground.close();
      throw error;
    }
    return ground;
  }

  /** Where its OVSDB server listens. */
  get endpoint() {
    return this.#vswitch.endpoint;
  }

  /** Runs a program in the namespace, from its start to its end. */
  run(argv, input) {
    return runToEnd(this.#inside(argv), { env: this.#env, input });
  }

  /** Starts a program in the namespace that tells by lines what it has to say. */
  start(argv) {
    return new Conversation(this.#inside(argv), this.#env);
  }

  /** The argument vector of a `vif` command that is about this ground. */
  vif(command, ...args) {
    return vifArgv(command, '--ovsdb', this.endpoint, '--state-dir', this.#state, ...args);
  }

  /** Has the subject do something; answers the milliseconds of each call. */
  async ask(operation, vifs, each) {
    const { milliseconds } = await this.#subject.ask({ operation, vifs, each });
    return milliseconds;
  }

  /** Milliseconds that the processes here have been on a processor. */
  processorTimes() {
    const { own, children } = processorTime(this.#subject.pid);
    const { vswitchd, server } = this.#vswitch;
    return {
      subject: own,
      'its children': children,
      'ovs-vswitchd': processorTime(vswitchd.pid).own,
      'ovsdb-server': processorTime(server.pid).own,
    };
  }

  /** How many links and ports there are, beside the ground's own. */
  async count() {
    const [links, ports] = await Promise.all([this.#links(), this.#ports()]);
    return { links: links.length, ports: ports.length };
  }

  /** Removes what a subject has left, and lets Open vSwitch come to rest. */
  async clean() {
    const ports = await this.#ports();
    const removals = ports.flatMap((name) => ['--', 'del-port', integrationBridge, name]);
    if (removals.length > 0) await this.#vswitch.vsctl(...removals);
    const links = await this.#links();
    for (const name of links) await this.#ip('link', 'set', 'dev', name, 'group', doomed);
    if (links.length > 0) await this.#ip('link', 'delete', 'group', doomed);
  }

  async close() {
    await this.#subject?.end();
    await this.#vswitch?.stop();
    await this.#namespace.close();
    rmSync(this.#state, { recursive: true, force: true });
  }

  /** os-vif keeps its locks in files. */
  get #env() {
    return { ...process.env, OSLO_LOCK_PATH: this.#state };
  }

  /** The argument vector that starts a program in the namespace; it keeps its process id. */
  #inside(argv) {
    return ['nsenter', '--target', String(this.#namespace.pid), '--net', '--', ...argv];
  }

  async #links() {
    const own = ['lo', 'ovs-netdev', integrationBridge];
    const links = JSON.parse(await this.#ip('-json', 'link'));
    return links.map(({ ifname }) => ifname).filter((name) => !own.includes(name));
  }

  async #ports() {
    return (await this.#vswitch.vsctl('list-ports', integrationBridge)).split('\n').filter(Boolean);
  }

  #ip(...args) {
    return this.#namespace.run('ip', ...args.map(String));
  }
}
