import { isVifError, type VifError } from '@vifkit/core';
import type { AwaitedPort, PortLook, PortReadiness } from '@vifkit/engine';
import { pause, signalError, untilFired, withDeadline } from '@vifkit/engine/time';
import { askController } from './controller.js';
import { type Evidence, notReady } from './diagnosis.js';
import type { PortBinding, Southbound } from './southbound.js';
import type { SwitchWatch, WatchedInterface } from './switch-watch.js';

/** Milliseconds for additional queries: which chassis has a port, and, at the deadline, why it is not ready. */
const QUERY_TIMEOUT = 500;

/**
 * Milliseconds for which a port that another chassis had must stay here. Two chassis that both have an interface with
 * its id take it from each other, each after half a second at the earliest (ovn-controller's threshold).
 */
const CONTEST = 2_000;

export interface OvnReadinessParts {
  readonly watch: SwitchWatch;
  /** Undefined if it is not configured. */
  readonly southbound: Southbound | undefined;
  /** The directory of ovn-controller's control socket. */
  readonly runDirectory: string;
}

/**
 * Waits for ports of Open vSwitch: for ovs-vswitchd to open them, and for ovn-controller to install their flows, which
 * it records in `external_ids:ovn-installed`.
 */
export class OvnReadiness implements PortReadiness {
  constructor(private readonly parts: OvnReadinessParts) {}

  async look(port: AwaitedPort, signal: AbortSignal): Promise<PortLook> {
    const leave = await this.parts.watch.watch(() => {}, signal);
    try {
      const found = this.#find(port);
      if (this.#isReady(port, found)) return { state: 'ready' };
      const hasLink = found !== undefined && (found.ofport ?? 0) > 0;
      if (port.isGuests && !hasLink) return { state: 'waiting' };
      return { state: 'not ready', rival: await this.#rivalFor(port, signal) };
    } finally {
      leave();
    }
  }

  async untilReady(port: AwaitedPort, signal: AbortSignal): Promise<void> {
    const leave = await this.parts.watch.watch(() => {}, signal);
    try {
      do await this.#untilInstalled(port, signal);
      while (port.rival !== undefined && !(await this.#stays(port, signal)));
    } finally {
      leave();
    }
  }

  /** The error for a port that is not ready when the signal fires. */
  async #late(port: AwaitedPort, signal: AbortSignal): Promise<VifError> {
    const late = signalError(signal, `waiting for port ${port.interfaceId} to be ready`);
    return isVifError(late, 'TIMEOUT') ? notReady(port, await this.#evidence(port)) : late;
  }

  async #untilInstalled(port: AwaitedPort, signal: AbortSignal): Promise<void> {
    const ready = new AbortController();
    const look = () => {
      if (this.#isReady(port, this.#find(port))) ready.abort();
    };
    const leave = await this.parts.watch.watch(look, signal);
    try {
      look();
      await untilFired(ready.signal, signal);
      if (!ready.signal.aborted) throw await this.#late(port, signal);
    } finally {
      leave();
    }
  }

  /** The other chassis that has the port, if neither of the two is requested in OVN. */
  async #rivalFor(port: AwaitedPort, signal: AbortSignal): Promise<string | undefined> {
    const { chassis } = this.parts.watch.ovn;
    if (chassis === undefined) return undefined;
    const binding = await this.#binding(port, signal);
    return binding?.requested.length === 0 && binding.chassis !== chassis ? binding.chassis : undefined;
  }

  /**
   * Whether this chassis keeps the port, see {@link CONTEST}. ovn-controller records when it has installed the flows
   * again.
   */
  async #stays(port: AwaitedPort, signal: AbortSignal): Promise<boolean> {
    const since = () => this.#find(port)?.externalIds['ovn-installed-ts'];
    const began = since();
    await pause(CONTEST, signal);
    if (signal.aborted) throw await this.#late(port, signal);
    if (since() !== began || !this.#isReady(port, this.#find(port))) return false;
    const binding = await this.#binding(port, signal);
    return binding === undefined || binding.chassis === this.parts.watch.ovn.chassis;
  }

  /**
   * Where OVN has the port, if the southbound database replies quickly: one that does not reply must not delay a plug.
   */
  #binding({ interfaceId }: AwaitedPort, signal: AbortSignal): Promise<PortBinding | undefined> {
    const ask = async (soon: AbortSignal) => this.parts.southbound?.binding(interfaceId, soon);
    return withDeadline(QUERY_TIMEOUT, signal, ask).catch(() => undefined);
  }

  #find({ interfaceId, name }: AwaitedPort): WatchedInterface | undefined {
    return this.parts.watch.find(interfaceId, name);
  }

  #isReady({ bridge }: AwaitedPort, found: WatchedInterface | undefined): boolean {
    if (!found || found.error !== undefined || (found.ofport ?? 0) <= 0) return false;
    const { ovn } = this.parts.watch;
    return ovn.remote === undefined || ovn.bridge !== bridge || found.externalIds['ovn-installed'] === 'true';
  }

  /** What can be found out quickly. */
  #evidence(port: AwaitedPort): Promise<Evidence> {
    const { watch, southbound, runDirectory } = this.parts;
    const { ovn } = watch;
    return withDeadline(QUERY_TIMEOUT, undefined, async (signal) => {
      const asked = southbound?.binding(port.interfaceId, signal);
      const [controller, binding, own] = await Promise.all([
        askController(runDirectory, signal),
        asked?.then(
          (found) => found ?? ('unknown' as const),
          () => 'unreadable' as const,
        ),
        ovn.chassis === undefined ? [] : southbound?.namesOf(ovn.chassis, signal).catch(() => []),
      ]);
      return { found: this.#find(port), ovn, controller, binding, ownNames: own ?? [] };
    });
  }
}
