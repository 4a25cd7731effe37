import {
  type CustomStep,
  interfaceId as modelInterfaceId,
  NetworkVif,
  type Plan,
  type VIFBase,
  VIFPortProfileOpenVSwitch,
  VifError,
} from '@vifkit/core';
import type { AwaitedPort, PortReadiness } from '../run/port-readiness.js';
import { withDeadline } from '../time/deadline.js';

/**
 * The port by which a VIF's traffic comes to its network, as the plan of its plug tells; undefined for a VIF that has none
 * on a switch which tells when it is done.
 */
export function awaitedPort(vif: NetworkVif | VIFBase, plan: Plan): AwaitedPort | undefined {
  for (const step of plan) {
    if (step.kind === 'ovsPort') {
      const { name, bridge, externalIds, wired } = step;
      const interfaceId = externalIds['iface-id'];
      if (interfaceId !== undefined) return { vifId: vif.id, interfaceId, bridge, name, isGuests: !wired };
    }
    if (step.kind === 'ovsBridge' && step.guestPort !== undefined) {
      const { name: bridge, guestPort: name } = step;
      return { vifId: vif.id, interfaceId: interfaceIdOf(vif), bridge, name, isGuests: true };
    }
  }
  return undefined;
}

/**
 * The last step of a plug that waits: like any other that fails, it has the plug undone. A port that the hypervisor is
 * still to make is not waited for, since it does so only after the plug.
 * @param patience milliseconds; as long as the call has unless given
 */
export function readyStep(
  port: AwaitedPort,
  readiness: PortReadiness,
  patience: number | undefined,
): CustomStep {
  return {
    kind: 'custom',
    name: `port ${port.interfaceId} is ready`,
    isDone: async (signal) => {
      const state = await readiness.look(port, signal);
      return state === 'ready' || state === 'waiting';
    },
    apply: (signal) => untilReady(port, readiness, patience, signal),
    undo: async () => {},
  };
}

/** @throws VifError see {@link PortReadiness.untilReady} */
export async function untilReady(
  port: AwaitedPort,
  readiness: PortReadiness,
  patience: number | undefined,
  signal: AbortSignal,
): Promise<void> {
  if (patience === undefined) await readiness.untilReady(port, signal);
  else await withDeadline(patience, signal, (patient) => readiness.untilReady(port, patient));
}

/** @throws VifError NO_RUNNER for a host that cannot tell */
export function requireReadiness(readiness: PortReadiness | undefined): PortReadiness {
  if (readiness) return readiness;
  throw new VifError('NO_RUNNER', 'This host cannot tell when a port is ready: leave `wait` out');
}

function interfaceIdOf(vif: NetworkVif | VIFBase): string {
  if (vif instanceof NetworkVif) return modelInterfaceId(vif);
  const { port_profile } = vif;
  return (port_profile instanceof VIFPortProfileOpenVSwitch && port_profile.interface_id) || vif.id;
}
