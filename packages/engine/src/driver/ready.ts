import { asVifError, type Plan, VifError } from '@vifkit/core';
import { interfaceId as modelInterfaceId, NetworkVif } from '@vifkit/core/nova';
import { type VIFBase, VIFPortProfileOpenVSwitch } from '@vifkit/core/os-vif';
import type { CustomStep } from '@vifkit/core/steps';
import type { Job, JobResult } from '../run/job.js';
import type { AwaitedPort, PortReadiness } from '../run/port-readiness.js';
import { startSpan } from '../run/timeline.js';
import { withDeadline } from '../time/deadline.js';
import type { Prepared } from './prepare.js';
import type { ReadyResult } from './results.js';
import type { Call } from './run-requests.js';

/**
 * The port that connects a VIF to its network, according to the plan of its plug; undefined if the VIF has no port on a
 * switch that reports readiness.
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
 * The last step of a plug that waits: if it fails, the plug is undone, as for any other step. A port that the
 * hypervisor has yet to make is not waited for, since that happens only after the plug.
 * @param waitTimeout milliseconds; the call's deadline by default
 * @param isShared two hosts may have the port for a while, as in a live migration: neither is a rival then
 */
export function readyStep(
  port: AwaitedPort,
  readiness: PortReadiness,
  waitTimeout: number | undefined,
  isShared: boolean,
): CustomStep {
  let rival: string | undefined;
  return {
    kind: 'custom',
    name: `port ${port.interfaceId} is ready`,
    isDone: async (signal) => {
      const found = await readiness.look(port, signal);
      if (!isShared) rival = found.rival; // before this host claims the port
      return found.state !== 'not ready';
    },
    apply: (signal) => untilReady({ ...port, rival }, readiness, waitTimeout, signal),
    undo: async () => {},
  };
}

/** @throws VifError see {@link PortReadiness.untilReady} */
async function untilReady(
  port: AwaitedPort,
  readiness: PortReadiness,
  waitTimeout: number | undefined,
  signal: AbortSignal,
): Promise<void> {
  if (waitTimeout === undefined) await readiness.untilReady(port, signal);
  else await withDeadline(waitTimeout, signal, (limited) => readiness.untilReady(port, limited));
}

/** @throws VifError NO_RUNNER if the host cannot report readiness */
export function requireReadiness(readiness: PortReadiness | undefined): PortReadiness {
  if (readiness) return readiness;
  throw new VifError('NO_RUNNER', 'This host does not report when a port is ready: leave `wait` out');
}

function interfaceIdOf(vif: NetworkVif | VIFBase): string {
  if (vif instanceof NetworkVif) return modelInterfaceId(vif);
  const { port_profile } = vif;
  return (port_profile instanceof VIFPortProfileOpenVSwitch && port_profile.interface_id) || vif.id;
}

/** A call that waits for the ports of VIFs. It changes nothing. */
export function waitingForPorts(
  readiness: PortReadiness,
  prepare: (
    json: unknown,
    signal: AbortSignal,
  ) => Promise<{ readonly prepared: Prepared; readonly vif: NetworkVif | VIFBase }>,
): Omit<Call<undefined, ReadyResult>, 'done'> {
  const ports = new Map<string, AwaitedPort | undefined>();
  return {
    async prepare(json, signal) {
      const { prepared, vif } = await prepare(json, signal);
      ports.set(prepared.job.vifId, awaitedPort(vif, prepared.job.plan));
      return prepared;
    },
    run: (jobs, { signal, report }) =>
      Promise.all(
        jobs.map(async (job) => {
          const port = ports.get(job.vifId);
          const endWait = startSpan({ phase: 'wait', what: 'ready' });
          const result = await readyResult(job, port && untilReady(port, readiness, undefined, signal));
          endWait([job.trace]);
          report?.(job, result);
        }),
      ),
    present({ handled, job }, _, timeline) {
      const port = ports.get(job.vifId);
      return { ...handled, ...(port && { port }), timeline };
    },
  };
}

/** The result of a job that waits for its port. Never rejects. */
async function readyResult(
  { vifId }: Job,
  waiting: Promise<void> | undefined,
): Promise<JobResult<undefined>> {
  try {
    await waiting;
    return { value: undefined };
  } catch (error) {
    return { error: asVifError(error, 'OVSDB_ERROR', 'The port could not be waited for', vifId) };
  }
}
