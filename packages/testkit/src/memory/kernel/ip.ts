import { addBridgeVlan, bridgeVlansJson, isolate, removeBridgeVlan } from './bridge-ports.js';
import { parseAddress } from './ip-addresses.js';
import { addressesJson, linkJson, routesJson, rulesJson } from './ip-json.js';
import { parseRoute } from './ip-routes.js';
import type { BridgeSetting, Kernel, KernelVf, LinkSetting } from './kernel.js';
import { Refusal } from './refusal.js';

/** The reply of `ip` to a command. */
export interface IpReply {
  readonly stdout?: string;
  /** What it prints on standard error. */
  readonly stderr?: string;
  /** The command was malformed: `ip` then exits, even in a batch with -force. */
  readonly exits?: boolean;
}

/** A command that `ip` does not understand, or whose words name something that is not there. */
class Misuse extends Error {}

/** Runs an `ip` command, given as words without options, like iproute2 6.1. */
export function runIp(kernel: Kernel, words: readonly string[]): IpReply {
  return carryOut(ipCommands, kernel, words);
}

/** Runs a command of `bridge`, which comes with `ip`. */
export function runBridge(kernel: Kernel, words: readonly string[]): IpReply {
  return carryOut(bridgeCommands, kernel, words);
}

function carryOut(commands: Commands, kernel: Kernel, words: readonly string[]): IpReply {
  const [object = '', verb = '', ...rest] = words;
  try {
    const command = commands[`${object} ${verb}`];
    if (!command) return { stderr: `Command "${object}" is unknown, try "ip help".` };
    const printed = command(kernel, new Words(rest));
    return printed === undefined ? {} : { stdout: JSON.stringify(printed) };
  } catch (error) {
    if (error instanceof Refusal) return { stderr: error.message };
    if (error instanceof Misuse) return { stderr: error.message, exits: true };
    throw error;
  }
}

/** The words of a command, one after the other. */
class Words {
  readonly #rest: string[];

  constructor(words: readonly string[]) {
    this.#rest = [...words];
  }

  get left(): readonly string[] {
    return this.#rest;
  }

  next(): string {
    return this.#rest.shift() ?? '';
  }

  has(word: string): boolean {
    return this.#rest.includes(word);
  }

  /** Removes a word and its value, and returns the value; undefined if the word is missing. */
  take(word: string): string | undefined {
    const place = this.#rest.indexOf(word);
    return place < 0 ? undefined : this.#rest.splice(place, 2)[1];
  }

  /** All words with their values. */
  *pairs(flags: readonly string[] = []): Generator<readonly [word: string, value: string]> {
    while (this.#rest.length > 0) {
      const word = this.next();
      yield [word, flags.includes(word) ? '' : this.next()];
    }
  }
}

type Command = (kernel: Kernel, words: Words) => unknown;

type Commands = Readonly<Record<string, Command>>;

const ipCommands: Commands = {
  'link show': (kernel, words) => {
    const name = words.take('dev');
    const master = words.take('master');
    if (master !== undefined) kernel.find(master);
    if (name === undefined) {
      const all = [...kernel.links.values()];
      const listed = master === undefined ? all : all.filter((link) => link.master === master);
      return listed.map((link) => linkJson(link, kernel));
    }
    const link = kernel.named(name);
    if (!link) throw new Refusal(`Device "${name}" does not exist.`);
    return [linkJson(link, kernel)];
  },
  'link add': addLink,
  'link set': setLink,
  'link delete': (kernel, words) => {
    const group = words.take('group');
    if (group === undefined) kernel.delete(words.take('dev') ?? '');
    else kernel.deleteGroup(Number(group));
  },
  'link property': (kernel, words) => {
    const verb = words.next();
    const [link = '', name = ''] = [words.take('dev'), words.take('altname')];
    if (verb === 'add') kernel.addName(link, name);
    else kernel.removeName(link, name);
  },
  'tuntap add': (kernel, words) => {
    const owner = words.take('user');
    const multiQueue = words.has('multi_queue');
    kernel.addTap(words.take('dev') ?? '', { multiQueue, ...(owner && { owner: Number(owner) }) });
  },
  'tuntap del': (kernel, words) => kernel.removeTap(words.take('dev') ?? ''),
  'address show': addressesJson,
  'address replace': (kernel, words) => {
    const { link, ...address } = parseAddress(words.left);
    kernel.replaceAddress(link, address);
  },
  'address delete': (kernel, words) => {
    const { link, address } = parseAddress(words.left);
    kernel.removeAddress(link, address);
  },
  'route replace': (kernel, words) => kernel.replaceRoute(parseRoute(words.left)),
  '-4 route': (kernel) => routesJson(kernel, false),
  '-6 route': (kernel) => routesJson(kernel, true),
  '-4 rule': (kernel) => rulesJson(kernel, 'inet'),
  '-6 rule': (kernel) => rulesJson(kernel, 'inet6'),
};

const bridgeCommands: Commands = {
  'vlan show': ({ links }) => bridgeVlansJson(links),
  'vlan add': (kernel, words) => {
    const [name = '', vlan] = [words.take('dev'), Number(words.take('vid'))];
    addBridgeVlan(kernel.links, name, vlan, { pvid: words.has('pvid'), untagged: words.has('untagged') });
  },
  'vlan del': (kernel, words) => {
    removeBridgeVlan(kernel.links, words.take('dev') ?? '', Number(words.take('vid')));
  },
  'link set': (kernel, words) => {
    const [name = '', isolated] = [words.take('dev'), words.take('isolated')];
    isolate(kernel.links, name, isolated === 'on');
  },
};

function addLink(kernel: Kernel, words: Words): void {
  const below = words.take('link') ?? '';
  const [name = '', type] = [words.take('name'), words.take('type')];
  switch (type) {
    case 'bridge':
      kernel.addBridge(name, bridgeSetting(words));
      break;
    case 'veth':
      words.take('peer'); // with the `name` behind it
      kernel.addVeth(name, words.next());
      break;
    case 'vlan': {
      const [id, protocol] = [Number(words.take('id')), words.take('protocol')];
      kernel.addVlan(name, { link: below, id, ...(protocol === '802.1ad' && { protocol }) });
      break;
    }
    default:
      throw new Refusal('Error: Unknown device type.');
  }
}

function setLink(kernel: Kernel, words: Words): void {
  const name = words.take('dev') ?? '';
  const setting: LinkSetting = {};
  for (const [word, value] of words.pairs(['up', 'down', 'nomaster'])) {
    switch (word) {
      case 'vf':
        kernel.setFunction(name, Number(value), vfSetting(words));
        return;
      case 'address':
        setting.address = value;
        break;
      case 'mtu':
        setting.mtu = Number(value);
        break;
      case 'group':
        setting.group = value === 'default' ? 0 : Number(value);
        break;
      case 'txqueuelen':
        setting.queueLength = Number(value);
        break;
      case 'promisc':
        setting.promisc = value === 'on';
        break;
      case 'alias':
        setting.alias = value === '""' ? '' : value;
        break;
      case 'nomaster':
        setting.master = null;
        break;
      case 'master':
        if (!kernel.named(value)) {
          throw new Misuse(`Error: argument "${value}" is wrong: Device does not exist`);
        }
        setting.master = value;
        break;
      case 'up':
      case 'down':
        setting.up = word === 'up';
        break;
      case 'type':
        setting.bridge = bridgeSetting(words); // all that follows belongs to it
        break;
      default:
        throw new Misuse(`Error: either "dev" is duplicate, or "${word}" is a garbage.`);
    }
  }
  kernel.set(name, setting);
}

/** The kernel counts a bridge's times in hundredths of a second. */
function bridgeSetting(words: Words): BridgeSetting {
  const setting: BridgeSetting = {};
  for (const [word, value] of words.pairs()) {
    const number = Number(value);
    if (word === 'stp_state') setting.stp = number !== 0;
    if (word === 'forward_delay') setting.forwardDelay = number / 100;
    if (word === 'ageing_time') setting.ageing = number / 100;
    if (word === 'mcast_snooping') setting.multicastSnooping = number !== 0;
    if (word === 'vlan_filtering') setting.vlanFiltering = number !== 0;
  }
  return setting;
}

function vfSetting(words: Words): Partial<KernelVf> {
  const setting: Partial<KernelVf> = {};
  for (const [word, value] of words.pairs()) {
    if (word === 'mac') setting.mac = value;
    if (word === 'vlan') setting.vlan = Number(value);
    if (word === 'qos') setting.qos = Number(value);
    if (word === 'proto') setting.protocol = value;
    if (word === 'trust') setting.trust = value === 'on';
  }
  return setting;
}
