import { isVifError } from '@vifkit/core';
import type { AwaitedPort, PortReadiness } from '@vifkit/engine';
import { signalError, untilFired, withDeadline } from '@vifkit/engine/time';
import { askController } from './controller.js';
import { type Evidence, notReady } from './diagnosis.js';
import type { Southbound } from './southbound.js';
import type { SwitchWatch, WatchedInterface } from './switch-watch.js';

/** Milliseconds for finding out why a port is not ready: its time is over by then. */
const DIAGNOSIS = 500;

export interface OvnReadinessParts {
  readonly watch: SwitchWatch;
  /** Undefined where nobody said where it is. */
  readonly southbound: Southbound | undefined;
  /** Where ovn-controller has its control socket. */
  readonly runDirectory: string;
}

/**
 * Waits for ports of Open vSwitch: for ovs-vswitchd to open them, and for ovn-controller to install their flows, which
 * it tells by `external_ids:ovn-installed`.
 */
export class OvnReadiness implements PortReadiness {
  constructor(private readonly parts: OvnReadinessParts) {}

  async look(port: AwaitedPort, signal: AbortSignal): Promise<'ready' | 'waiting' | 'not ready'> {
    const leave = await this.parts.watch.watch(() => {}, signal);
    try {
      const found = this.#find(port);
      if (this.#isReady(port, found)) return 'ready';
      const hasLink = found !== undefined && (found.ofport ?? 0) > 0;
      return port.isGuests && !hasLink ? 'waiting' : 'not ready';
    } finally {
      leave();
    }
  }

  async untilReady(port: AwaitedPort, signal: AbortSignal): Promise<void> {
    const ready = new AbortController();
    const look = () => {
      if (this.#isReady(port, this.#find(port))) ready.abort();
    };
    const leave = await this.parts.watch.watch(look, signal);
    try {
      look();
      await untilFired(ready.signal, signal);
      if (ready.signal.aborted) return;
      const late = signalError(signal, `waiting for port ${port.interfaceId} to be ready`);
      throw isVifError(late, 'TIMEOUT') ? notReady(port, await this.#evidence(port)) : late;
    } finally {
      leave();
    }
  }

  #find({ interfaceId, name }: AwaitedPort): WatchedInterface | undefined {
    return this.parts.watch.find(interfaceId, name);
  }

  #isReady({ bridge }: AwaitedPort, found: WatchedInterface | undefined): boolean {
    if (!found || found.error !== undefined || (found.ofport ?? 0) <= 0) return false;
    const { ovn } = this.parts.watch;
    return ovn.remote === undefined || ovn.bridge !== bridge || found.externalIds['ovn-installed'] === 'true';
  }

  /** What can be found out in a moment. */
  #evidence(port: AwaitedPort): Promise<Evidence> {
    const { watch, southbound, runDirectory } = this.parts;
    const { ovn } = watch;
    return withDeadline(DIAGNOSIS, undefined, async (signal) => {
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
