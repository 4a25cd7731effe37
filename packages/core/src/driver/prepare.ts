import type { Job } from '../engine/job.js';
import { asVifError } from '../errors/vif-error.js';
import type { GuestConfigurator, GuestDevice } from '../guest/guest-configurator.js';
import type { HostFacts } from '../host/host.js';
import { validatePlan } from '../plan/validate-plan.js';
import type { PlanContext } from '../plugin/contract.js';
import type { PluginRegistry } from '../plugin/registry.js';
import type { HostCapabilities } from '../request/host-capabilities.js';
import type { VifRequest } from '../request/vif-request.js';
import type { Handled } from './results.js';
import { type Route, route } from './route.js';

export type Operation = 'plug' | 'unplug';

/** A request with its path chosen and its plan made; the host has been asked, but not written to. */
export interface Prepared {
  readonly handled: Handled;
  readonly job: Job;
}

/** Chooses the path and has the plugin write its plan. @throws VifError */
export async function preparePlan(
  request: VifRequest,
  operation: Operation,
  registry: PluginRegistry,
  facts: HostFacts,
): Promise<Prepared> {
  const { instance, hostFilters, host } = request;
  const chosen = route(request.vif, hostFilters, registry);
  const context: PlanContext = { instance, facts, hostFilters, virtType: virtTypeOf(host) };
  const plan = await guard(chosen, operation, () =>
    chosen.path === 'os-vif'
      ? chosen.handler()[operation](chosen.vif, context)
      : chosen.handler[operation](chosen.vif, context),
  );
  const vifId = request.vif.id;
  const checked = validatePlan(plan, `${chosen.path} plugin '${chosen.plugin}'`, vifId);
  return { handled: handledBy(request, chosen), job: { vifId, plan: checked } };
}

/** Chooses the path and works out the guest's device. @throws VifError */
export async function prepareDevice(
  request: VifRequest,
  registry: PluginRegistry,
  facts: HostFacts,
  guests: GuestConfigurator,
): Promise<Handled & { readonly device: GuestDevice }> {
  const { instance, flavor, image, hostFilters } = request;
  const chosen = route(request.vif, hostFilters, registry);
  const host = await completeHost(request.host, facts);
  const context = { instance, flavor, image, host, hostFilters, facts };
  const device = await guard(chosen, 'config', async () => {
    if (chosen.path === 'os-vif') return guests.forObject(chosen.vif, context);
    const { vif, handler } = chosen;
    return guests.forBackend(await handler.config(vif, context), vif.address, context);
  });
  return { ...handledBy(request, chosen), device };
}

/** What the request does not say of the host is read from it, or assumed current. */
async function completeHost(given: Partial<HostCapabilities>, facts: HostFacts): Promise<HostCapabilities> {
  return {
    virt_type: virtTypeOf(given),
    use_virtio_for_bridges: given.use_virtio_for_bridges ?? true,
    libvirt_version: given.libvirt_version ?? [9, 0, 0],
    kernel_release: given.kernel_release ?? (await facts.kernelRelease()),
  };
}

function virtTypeOf({ virt_type }: Partial<HostCapabilities>): string {
  return virt_type ?? 'kvm';
}

function handledBy(request: VifRequest, { path, plugin, reason }: Route): Handled {
  return { id: request.id, vifId: request.vif.id, path, plugin, reason };
}

async function guard<T>(chosen: Route, operation: string, call: () => T | Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    throw asVifError(error, 'PLUGIN_FAILED', `'${chosen.plugin}' threw in ${operation}`, chosen.vif.id);
  }
}
