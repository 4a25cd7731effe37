import { setTimeout as pause } from 'node:timers/promises';
import { VifError } from '@vifkit/core';
import type { GuestDevice } from '@vifkit/core/nova';
import { type DomainDescription, type DomainDevice, readDomain } from './domain-xml.js';
import { type DomainRequest, requestsOf, vifIdOf, writeRequests } from './metadata.js';
import type { Configuration, Virsh } from './virsh.js';

/** The signal that ends a call, and what the driver's calls are given. */
export interface DomainCallOptions {
  readonly signal: AbortSignal;
  /** Milliseconds for each call of the driver; the driver's default unless given. */
  readonly timeout?: number | undefined;
  /**
   * Milliseconds for undoing what a failed call has done to the domain, and as many for undoing what it has done to the
   * host: the call's own time may be over. 10 000 by default.
   */
  readonly undoTimeout?: number | undefined;
}

type Call = Partial<DomainCallOptions>;

/** The methods of `VifDriver` in `@vifkit/engine` that are needed here. */
export interface DomainDriver {
  config(request: unknown, call: Call): Promise<{ readonly device: GuestDevice }>;
  plug(request: unknown, call: Call & { readonly wait?: boolean | number }): Promise<Plugged>;
  unplug(request: unknown, call: Call): Promise<Plugged>;
  waitReady(request: unknown, call: Call): Promise<unknown>;
}

interface Plugged {
  readonly changes: readonly object[];
}

/** Options for attaching an interface. */
export interface AttachOptions extends DomainCallOptions {
  /** Wait until the port carries traffic, like a plug that waits. */
  readonly wait?: boolean | number | undefined;
}

/** The result of attaching or detaching: what was plugged or unplugged, and in which of the domain's configurations. */
export interface Attached extends Plugged {
  readonly domain: string;
  readonly vifId: string;
  readonly configurations: readonly Configuration[];
}

const UNDO_TIMEOUT = 10_000;

/** Milliseconds between two checks whether a guest has released its card, and until it is asked again. */
const LOOK = 200;
const ASK_AGAIN = 5_000;

/** Attaches network cards to libvirt domains and detaches them, with everything behind them. */
export class DomainVifs {
  constructor(
    private readonly virsh: Virsh,
    private readonly driver: DomainDriver,
  ) {}

  /**
   * Plugs a VIF and attaches its card to a domain: to the running guest, and to the persistent configuration if there
   * is one. The request is stored in the domain's metadata, where the hook finds it. All or nothing: a failed call
   * leaves neither the card nor what was plugged for it. A card that was already attached stays.
   *
   * @throws VifError LIBVIRT_FAILED, DOMAIN_UNFIT for a domain that cannot have the card, and whatever a plug throws
   */
  async attach(domain: string, request: DomainRequest, options: AttachOptions): Promise<Attached> {
    const { signal, wait, timeout, undoTimeout = UNDO_TIMEOUT } = options;
    const call = { signal, timeout, undoTimeout };
    const vifId = requireId(request);
    const { configurations, descriptions } = await this.#describe(domain, signal);
    const { device } = await this.driver.config(request, call);
    const xml = withAlias(device.toXml(), vifId);
    const lacking = configurations.filter((each) => !deviceIn(descriptions.get(each), vifId));
    requireFit(
      domain,
      device,
      lacking.map((each) => descriptions.get(each)),
    );

    const undo = new UndoStack(undoTimeout);
    try {
      const { changes } = await this.driver.plug(request, { ...call, ...(wait !== undefined && { wait }) });
      if (changes.length > 0 && lacking.length === configurations.length) {
        undo.push(() => this.driver.unplug(request, { timeout: undoTimeout }));
      }
      // Terminating virsh does not stop what libvirt does for it, so the undo checks what exists afterwards.
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
      if (wait && configurations.includes('live')) {
        await this.driver.waitReady(request, { signal, timeout: wait === true ? timeout : wait });
      }
      return { domain, vifId, configurations, changes };
    } catch (error) {
      throw await undo.after(error, vifId);
    }
  }

  /**
   * Detaches a VIF's card from a domain, waits until the guest has released it, and unplugs the VIF. A guest that does
   * not release the card keeps it and everything behind it.
   *
   * @param what the request, or the VIF's id; with an id, the request is taken from the domain's metadata
   * @throws VifError LIBVIRT_FAILED, DEVICE_NOT_RELEASED, and whatever an unplug throws
   */
  async detach(domain: string, what: DomainRequest | string, options: DomainCallOptions): Promise<Attached> {
    const { signal, timeout, undoTimeout = UNDO_TIMEOUT } = options;
    const vifId = typeof what === 'string' ? what.toLowerCase() : requireId(what);
    const { configurations, descriptions } = await this.#describe(domain, signal);
    const known = configurations.map((each) => requestIn(descriptions.get(each), vifId)).find(Boolean);
    const request = typeof what === 'string' ? (known ?? requestFor(vifId, descriptions)) : what;
    const mac = macOf(request);
    const having = configurations.filter((each) => deviceIn(descriptions.get(each), vifId, mac));

    const undo = new UndoStack(undoTimeout);
    const forgotten = new UndoStack(undoTimeout);
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
      const { changes } = await this.driver.unplug(request, { signal, timeout, undoTimeout });
      return { domain, vifId, configurations: having, changes };
    } catch (error) {
      // The next detach, or the hook when the guest stops, removes what is left of the VIF. Both need its request.
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

  /** Removes the VIF's card from one configuration, if it is there. */
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

  /** Adds a card to one configuration again, unless it still has it. */
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

  /** Makes these the requests in the metadata of one configuration. */
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
}

type Descriptions = ReadonlyMap<Configuration, DomainDescription>;

/** Steps that must be undone, in reverse, if a later step fails. */
class UndoStack {
  readonly #steps: ((signal: AbortSignal) => Promise<unknown>)[] = [];
  readonly #timeout: number;

  /** @param timeout milliseconds for all steps together */
  constructor(timeout: number) {
    this.#timeout = timeout;
  }

  push(step: (signal: AbortSignal) => Promise<unknown>): void {
    this.#steps.push(step);
  }

  /**
   * Undoes all steps.
   * @returns the error that made it necessary, along with what could not be undone
   */
  async after(error: unknown, vifId: string): Promise<unknown> {
    const failed: string[] = [];
    const controller = new AbortController();
    const timer = setTimeout(() => controller.abort(), this.#timeout);
    for (const step of this.#steps.reverse()) {
      try {
        await step(controller.signal);
      } catch (failure) {
        failed.push(messageOf(failure));
      }
    }
    clearTimeout(timer);
    if (failed.length === 0) return error;
    const text = `${messageOf(error)}. Not everything could be undone: ${failed.join('; ')}`;
    return new VifError('LIBVIRT_FAILED', text, { vifId, cause: error });
  }
}

/** The guest is asked to release its card; the card is gone once the guest's driver has released it. */
async function untilReleased(
  domain: string,
  vifId: string,
  ask: () => Promise<void>,
  found: () => Promise<DomainDevice | undefined>,
  signal: AbortSignal,
): Promise<void> {
  let asked = performance.now();
  // At the deadline, looking fails too.
  const isThere = () => found().catch((error) => signal.aborted || Promise.reject(error));
  while (await isThere()) {
    if (signal.aborted) {
      const text = `The guest of domain ${domain} has not released its card and keeps it; detach it again once the guest has started, or stop the guest`;
      throw new VifError('DEVICE_NOT_RELEASED', text, { vifId });
    }
    await pause(LOOK);
    if (performance.now() - asked < ASK_AGAIN) continue;
    asked = performance.now();
    // A guest that is still booting missed the first request. While a request is pending, libvirt refuses another.
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

/** The VIF's card: by our mark, otherwise by its interface id or MAC address. */
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

/** For a VIF of which only the id is known: what carries its mark is unplugged. */
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

/** @throws VifError DOMAIN_UNFIT for a domain that lacks what the card needs and cannot be added to a running guest */
function requireFit(
  name: string,
  { domain = [] }: GuestDevice,
  descriptions: readonly (DomainDescription | undefined)[],
): void {
  const [needed] = domain;
  if (!needed?.xml.includes('memoryBacking') || descriptions.every((each) => each?.sharesMemory !== false)) {
    return;
  }
  const text = `Domain ${name} cannot have this card: ${needed.why} Add this to the domain, and restart it: ${needed.xml.replaceAll(/\s*\n\s*/g, '')}`;
  throw new VifError('DOMAIN_UNFIT', text);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
