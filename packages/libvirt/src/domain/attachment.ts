import { setTimeout as pause } from 'node:timers/promises';
import { VifError } from '@vifkit/core';
import type { GuestDevice } from '@vifkit/core/nova';
import { deviceIn, requireFit, withAlias } from './card.js';
import { type DomainDescription, type DomainDevice, readDomain } from './domain-xml.js';
import { type DomainRequest, macOf, requestsOf, vifIdOf, writeRequests } from './metadata.js';
import { UndoStack } from './undo-stack.js';
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

/** Milliseconds between two checks whether a guest has released its card. */
const CHECK_INTERVAL = 200;

/** Milliseconds until a guest that has not released its card is asked again. */
const REPEAT_INTERVAL = 5_000;

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
    const withoutCard = configurations.filter((each) => !deviceIn(descriptions.get(each), vifId));
    requireFit(
      domain,
      device,
      withoutCard.map((each) => descriptions.get(each)),
    );

    const undo = new UndoStack(undoTimeout);
    try {
      const { changes } = await this.driver.plug(request, { ...call, ...(wait !== undefined && { wait }) });
      if (changes.length > 0 && withoutCard.length === configurations.length) {
        undo.push(() => this.driver.unplug(request, { timeout: undoTimeout }));
      }
      // Terminating virsh does not stop what libvirt does for it, so the undo checks what exists afterwards.
      for (const each of withoutCard) undo.push((signal) => this.#removeCard(domain, each, vifId, signal));
      if (withoutCard.length > 0) {
        await this.virsh.runWith(xml, signal, 'attach-device', domain, ...flagsOf(withoutCard));
      }
      for (const each of configurations) {
        const before = requestsIn(descriptions.get(each));
        if (hasRequest(before, request)) continue;
        undo.push((signal) => this.#setRequests(domain, each, before, signal));
        await this.#setRequests(domain, each, [...withoutVif(before, vifId), request], signal);
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
    const stored = configurations.map((each) => requestIn(descriptions.get(each), vifId)).find(Boolean);
    const request = typeof what === 'string' ? (stored ?? requestFor(vifId, descriptions)) : what;
    const mac = macOf(request);
    const withCard = configurations.filter((each) => deviceIn(descriptions.get(each), vifId, mac));

    const undo = new UndoStack(undoTimeout);
    const requestUndo = new UndoStack(undoTimeout);
    try {
      for (const each of withCard) {
        undo.push((signal) =>
          this.#restoreCard(domain, each, deviceIn(descriptions.get(each), vifId, mac), signal),
        );
        await this.#removeCard(domain, each, vifId, signal, mac);
      }
      for (const each of configurations) {
        const before = requestsIn(descriptions.get(each));
        if (!requestIn(descriptions.get(each), vifId)) continue;
        requestUndo.push((signal) => this.#setRequests(domain, each, before, signal));
        await this.#setRequests(domain, each, withoutVif(before, vifId), signal);
      }
    } catch (error) {
      throw await undo.after(await requestUndo.after(error, vifId), vifId);
    }
    try {
      const { changes } = await this.driver.unplug(request, { signal, timeout, undoTimeout });
      return { domain, vifId, configurations: withCard, changes };
    } catch (error) {
      // The next detach, or the hook when the guest stops, removes what is left of the VIF. Both need its request.
      throw await requestUndo.after(error, vifId);
    }
  }

  async #describe(domain: string, signal: AbortSignal) {
    const configurations = await this.virsh.configurationsOf(domain, signal);
    const read = configurations.map(async (each) => [each, await this.#read(domain, each, signal)] as const);
    const descriptions: Descriptions = new Map(await Promise.all(read));
    return { configurations, descriptions };
  }

  async #read(domain: string, configuration: Configuration, signal: AbortSignal): Promise<DomainDescription> {
    return readDomain(await this.virsh.dump(domain, configuration, signal));
  }

  /** Removes the VIF's card from one configuration, if it is there. */
  async #removeCard(
    domain: string,
    configuration: Configuration,
    vifId: string,
    signal: AbortSignal,
    mac?: string,
  ): Promise<void> {
    const found = async () => deviceIn(await this.#read(domain, configuration, signal), vifId, mac);
    const device = await found();
    if (!device) return;
    const ask = () => this.virsh.runWith(device.xml, signal, 'detach-device', domain, `--${configuration}`);
    await ask();
    if (configuration === 'live') await untilReleased(domain, vifId, ask, found, signal);
  }

  /** Adds a card to one configuration again, unless it still has it. */
  async #restoreCard(
    domain: string,
    configuration: Configuration,
    device: DomainDevice | undefined,
    signal: AbortSignal,
  ): Promise<void> {
    const now = await this.#read(domain, configuration, signal);
    if (!device || now.devices.some(({ alias, mac }) => alias === device.alias && mac === device.mac)) return;
    await this.virsh.runWith(device.xml, signal, 'attach-device', domain, `--${configuration}`);
  }

  /** Makes these the requests in the metadata of one configuration. */
  async #setRequests(
    domain: string,
    configuration: Configuration,
    requests: readonly DomainRequest[],
    signal: AbortSignal,
  ): Promise<void> {
    const now = requestsOf(await this.#read(domain, configuration, signal));
    if (JSON.stringify(now) === JSON.stringify(requests)) return;
    await writeRequests(this.virsh, domain, requests, [configuration], signal);
  }
}

type Descriptions = ReadonlyMap<Configuration, DomainDescription>;

/** The guest is asked to release its card; the card is gone once the guest's driver has released it. */
async function untilReleased(
  domain: string,
  vifId: string,
  ask: () => Promise<void>,
  found: () => Promise<DomainDevice | undefined>,
  signal: AbortSignal,
): Promise<void> {
  let asked = performance.now();
  // After the deadline the check fails as well.
  const isThere = () => found().catch((error) => signal.aborted || Promise.reject(error));
  while (await isThere()) {
    if (signal.aborted) {
      const text = `The guest of domain ${domain} has not released its card and keeps it; detach it again once the guest has started, or stop the guest`;
      throw new VifError('DEVICE_NOT_RELEASED', text, { vifId });
    }
    await pause(CHECK_INTERVAL);
    if (performance.now() - asked < REPEAT_INTERVAL) continue;
    asked = performance.now();
    // A guest that is still booting missed the first request. While a request is pending, libvirt refuses another.
    await ask().catch(() => {});
  }
}

function flagsOf(configurations: readonly Configuration[]): string[] {
  return configurations.map((each) => `--${each}`);
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
  throw new VifError('INVALID_REQUEST', 'The request has no VIF with an id: give it vif.id');
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
