import { setTimeout as pause } from 'node:timers/promises';
import { VifError } from '@vifkit/core';
import type { GuestDevice } from '@vifkit/core/nova';
import { type DomainDescription, type DomainDevice, readDomain } from './domain-xml.js';
import { type DomainRequest, requestsOf, vifIdOf, writeRequests } from './metadata.js';
import type { Configuration, Virsh } from './virsh.js';

/** How a call goes: a signal that ends it. */
interface Call {
  readonly signal: AbortSignal;
}

/** What is asked of a `VifDriver` of `@vifkit/engine`. */
export interface DomainDriver {
  config(request: unknown, call: Call): Promise<{ readonly device: GuestDevice }>;
  plug(request: unknown, call: Call & { readonly wait?: boolean | number }): Promise<Plugged>;
  unplug(request: unknown, call: Call): Promise<Plugged>;
  waitReady(request: unknown, call: Call): Promise<unknown>;
}

interface Plugged {
  readonly changes: readonly object[];
}

/** How an interface is attached. */
export interface AttachOptions extends Call {
  /** Wait until the port carries traffic, as a plug that waits does. */
  readonly wait?: boolean | number | undefined;
}

/** What became of an attachment: what was plugged or unplugged, and in which of the domain's configurations. */
export interface Attached extends Plugged {
  readonly domain: string;
  readonly vifId: string;
  readonly configurations: readonly Configuration[];
}

/** Milliseconds for putting back what a failed call has done: its own time may be over. */
const UNDOING = 20_000;

/** Milliseconds between two looks at what a guest has let go of, and after which it is asked once more. */
const LOOK = 200;
const ASK_AGAIN = 5_000;

/** Gives network cards to libvirt's domains and takes them away, with all that is behind them. */
export class DomainVifs {
  constructor(
    private readonly virsh: Virsh,
    private readonly driver: DomainDriver,
  ) {}

  /**
   * Plugs a VIF and gives its card to a domain: to the guest that runs, and for its next starts where the domain is
   * persistent. The request goes into the domain's metadata, where the hook finds it. All or nothing: what fails leaves
   * neither the card nor what was plugged for it. What is attached already stays.
   *
   * @throws VifError LIBVIRT_FAILED, DOMAIN_UNFIT for a domain that cannot have the card, and what a plug throws
   */
  async attach(domain: string, request: DomainRequest, options: AttachOptions): Promise<Attached> {
    const { signal, wait } = options;
    const vifId = requireId(request);
    const { configurations, descriptions } = await this.#describe(domain, signal);
    const { device } = await this.driver.config(request, { signal });
    const xml = withAlias(device.toXml(), vifId);
    const lacking = configurations.filter((each) => !deviceIn(descriptions.get(each), vifId));
    requireFit(
      domain,
      device,
      lacking.map((each) => descriptions.get(each)),
    );

    const undo = new UndoStack();
    try {
      const { changes } = await this.driver.plug(request, { signal, ...(wait !== undefined && { wait }) });
      if (changes.length > 0 && lacking.length === configurations.length) {
        undo.push((signal) => this.driver.unplug(request, { signal }));
      }
      // A virsh that is ended does not end what libvirt does for it: what there is afterwards is looked at.
      for (const each of lacking) undo.push((signal) => this.#takeAway(domain, each, vifId, signal));
      if (lacking.length > 0) {
        await this.virsh.runWith(xml, signal, 'attach-device', domain, ...flagsOf(lacking));
      }
      for (const each of configurations) {
        const before = requestsIn(descriptions.get(each));
        if (hasRequest(before, request)) continue;
        undo.push((signal) => this.#note(domain, each, before, signal));
        await this.#note(domain, each, [...withoutVif(before, vifId), request], signal);
      }
      if (wait && configurations.includes('live')) await this.#waitReady(request, wait, signal);
      return { domain, vifId, configurations, changes };
    } catch (error) {
      throw await undo.after(error, vifId);
    }
  }

  /**
   * Takes a VIF's card away from a domain, waits until the guest has let go of it, and unplugs the VIF. A guest that does
   * not let go keeps the card and all behind it.
   *
   * @param what the request, or the VIF's id: the request is then looked for in the domain's metadata
   * @throws VifError LIBVIRT_FAILED, DEVICE_NOT_RELEASED, and what an unplug throws
   */
  async detach(domain: string, what: DomainRequest | string, { signal }: Call): Promise<Attached> {
    const vifId = typeof what === 'string' ? what.toLowerCase() : requireId(what);
    const { configurations, descriptions } = await this.#describe(domain, signal);
    const known = configurations.map((each) => requestIn(descriptions.get(each), vifId)).find(Boolean);
    const request = typeof what === 'string' ? (known ?? requestFor(vifId, descriptions)) : what;
    const mac = macOf(request);
    const having = configurations.filter((each) => deviceIn(descriptions.get(each), vifId, mac));

    const undo = new UndoStack();
    const forgotten = new UndoStack();
    try {
      for (const each of having) {
        undo.push((signal) =>
          this.#putBack(domain, each, deviceIn(descriptions.get(each), vifId, mac), signal),
        );
        await this.#takeAway(domain, each, vifId, signal, mac);
      }
      for (const each of configurations) {
        const before = requestsIn(descriptions.get(each));
        if (!requestIn(descriptions.get(each), vifId)) continue;
        forgotten.push((signal) => this.#note(domain, each, before, signal));
        await this.#note(domain, each, withoutVif(before, vifId), signal);
      }
    } catch (error) {
      throw await undo.after(await forgotten.after(error, vifId), vifId);
    }
    try {
      const { changes } = await this.driver.unplug(request, { signal });
      return { domain, vifId, configurations: having, changes };
    } catch (error) {
      // What is left of the VIF goes with the next detach, or when the guest stops: its request has to be known for that.
      throw await forgotten.after(error, vifId);
    }
  }

  async #describe(domain: string, signal: AbortSignal) {
    const configurations = await this.virsh.configurationsOf(domain, signal);
    const dumps = configurations.map(
      async (each) => [each, readDomain(await this.virsh.dump(domain, each, signal))] as const,
    );
    const descriptions: Descriptions = new Map(await Promise.all(dumps));
    return { configurations, descriptions };
  }

  /** Takes the VIF's card out of one configuration, if it is there. */
  async #takeAway(
    domain: string,
    configuration: Configuration,
    vifId: string,
    signal: AbortSignal,
    mac?: string,
  ): Promise<void> {
    const found = async () =>
      deviceIn(readDomain(await this.virsh.dump(domain, configuration, signal)), vifId, mac);
    const device = await found();
    if (!device) return;
    const ask = () => this.virsh.runWith(device.xml, signal, 'detach-device', domain, `--${configuration}`);
    await ask();
    if (configuration === 'live') await untilReleased(domain, vifId, ask, found, signal);
  }

  /** Gives a card back to one configuration, unless it has it still. */
  async #putBack(
    domain: string,
    configuration: Configuration,
    device: DomainDevice | undefined,
    signal: AbortSignal,
  ): Promise<void> {
    const now = readDomain(await this.virsh.dump(domain, configuration, signal));
    if (!device || now.devices.some(({ alias, mac }) => alias === device.alias && mac === device.mac)) return;
    await this.virsh.runWith(device.xml, signal, 'attach-device', domain, `--${configuration}`);
  }

  /** Has the metadata of one configuration have these requests. */
  async #note(
    domain: string,
    configuration: Configuration,
    requests: readonly DomainRequest[],
    signal: AbortSignal,
  ): Promise<void> {
    const now = requestsOf(readDomain(await this.virsh.dump(domain, configuration, signal)));
    if (JSON.stringify(now) === JSON.stringify(requests)) return;
    await writeRequests(this.virsh, domain, requests, [configuration], signal);
  }

  async #waitReady(request: DomainRequest, wait: true | number, signal: AbortSignal): Promise<void> {
    await this.driver.waitReady(request, { signal, ...(wait !== true && { timeout: wait }) });
  }
}

type Descriptions = ReadonlyMap<Configuration, DomainDescription>;

/** What is done has to be undone, in reverse, if what follows fails. */
class UndoStack {
  readonly #steps: ((signal: AbortSignal) => Promise<unknown>)[] = [];

  push(step: (signal: AbortSignal) => Promise<unknown>): void {
    this.#steps.push(step);
  }

  /** Undoes all of it. @returns the error that made it necessary, with what could not be undone */
  async after(error: unknown, vifId: string): Promise<unknown> {
    const failed: string[] = [];
    const controller = new AbortController();
    const timer = setTimeout(() => controller.abort(), UNDOING);
    for (const step of this.#steps.reverse()) {
      try {
        await step(controller.signal);
      } catch (failure) {
        failed.push(messageOf(failure));
      }
    }
    clearTimeout(timer);
    if (failed.length === 0) return error;
    const text = `${messageOf(error)}. And it could not all be undone: ${failed.join('; ')}`;
    return new VifError('LIBVIRT_FAILED', text, { vifId, cause: error });
  }
}

/** A guest is told that its card goes; it is gone once the guest's driver has let go of it. */
async function untilReleased(
  domain: string,
  vifId: string,
  ask: () => Promise<void>,
  found: () => Promise<DomainDevice | undefined>,
  signal: AbortSignal,
): Promise<void> {
  let asked = Date.now();
  while (await found()) {
    if (signal.aborted) {
      const text = `The guest of domain ${domain} has not let go of its card: it keeps it; detach it once the guest has started, or stop the guest`;
      throw new VifError('DEVICE_NOT_RELEASED', text, { vifId });
    }
    await pause(LOOK);
    if (Date.now() - asked < ASK_AGAIN) continue;
    asked = Date.now();
    // A guest that is still booting has not heard the first time. While it is at work, libvirt refuses.
    await ask().catch(() => {});
  }
}

function flagsOf(configurations: readonly Configuration[]): string[] {
  return configurations.map((each) => `--${each}`);
}

/** The mark of a VIF's card: libvirt keeps aliases that begin with `ua-` as they are. */
function aliasOf(vifId: string): string {
  return `ua-vif-${vifId}`;
}

function withAlias(xml: string, vifId: string): string {
  return xml.replace(/(\s*)<\/(interface|hostdev)>\s*$/, `$1  <alias name="${aliasOf(vifId)}"/>$1</$2>\n`);
}

/** The VIF's card: by our mark, or else by its MAC address. */
function deviceIn(
  description: DomainDescription | undefined,
  vifId: string,
  mac?: string,
): DomainDevice | undefined {
  const devices = description?.devices ?? [];
  return (
    devices.find(({ alias }) => alias === aliasOf(vifId)) ??
    devices.find((device) => device.interfaceId === vifId || (mac !== undefined && device.mac === mac))
  );
}

function requestsIn(description: DomainDescription | undefined): readonly DomainRequest[] {
  return description ? requestsOf(description) : [];
}

function requestIn(description: DomainDescription | undefined, vifId: string): DomainRequest | undefined {
  return requestsIn(description).find((request) => vifIdOf(request) === vifId);
}

function hasRequest(requests: readonly DomainRequest[], request: DomainRequest): boolean {
  const text = JSON.stringify(request);
  return requests.some((each) => JSON.stringify(each) === text);
}

function withoutVif(requests: readonly DomainRequest[], vifId: string): readonly DomainRequest[] {
  return requests.filter((request) => vifIdOf(request) !== vifId);
}

function macOf({ vif }: DomainRequest): string | undefined {
  const data = vif && 'versioned_object.data' in Object(vif) ? Object(vif)['versioned_object.data'] : vif;
  const address: unknown = Object(data).address;
  return typeof address === 'string' ? address.toLowerCase() : undefined;
}

/** For a VIF of which nothing but its id is known: what carries its mark is unplugged. */
function requestFor(vifId: string, descriptions: Descriptions): DomainRequest {
  const [description] = descriptions.values();
  const address = deviceIn(description, vifId)?.mac ?? '00:00:00:00:00:00';
  return { vif: { id: vifId, address, type: 'unknown' }, instance: { uuid: description?.uuid } };
}

function requireId(request: DomainRequest): string {
  const id = vifIdOf(request);
  if (id !== undefined) return id;
  throw new VifError('INVALID_REQUEST', 'The request has no VIF with an id');
}

/** @throws VifError DOMAIN_UNFIT for a domain that lacks what the card takes: a running guest cannot be given it */
function requireFit(
  name: string,
  { domain = [] }: GuestDevice,
  descriptions: readonly (DomainDescription | undefined)[],
): void {
  const [needed] = domain;
  if (!needed?.xml.includes('memoryBacking') || descriptions.every((each) => each?.sharesMemory !== false)) {
    return;
  }
  const text = `Domain ${name} cannot have this card: ${needed.why} Add to it, and start it anew: ${needed.xml.replaceAll(/\s*\n\s*/g, '')}`;
  throw new VifError('DOMAIN_UNFIT', text);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
