import { type HostFacts, type PluginRegistry, VifError } from '@vifkit/core';
import { findPath, type RoutedRequest, validateBackend } from '@vifkit/core/internal';
import { type GuestConfigurator, type GuestDevice, NetworkVif, portSettings } from '@vifkit/core/nova';
import { requireField, type VIFBase, VIFHostDevice } from '@vifkit/core/os-vif';
import { AskedFacts, completeHost, guard, handledBy } from './prepare.js';
import type { Handled } from './results.js';

/**
 * Chooses the path and computes the guest's device.
 * @throws VifError
 */
export async function prepareDevice(
  request: RoutedRequest,
  registry: PluginRegistry,
  facts: HostFacts,
  guests: GuestConfigurator,
  signal: AbortSignal,
): Promise<Handled & { readonly device: GuestDevice }> {
  const { instance, flavor, image, hostFilters, routing, vif } = request;
  const chosen = await findPath(request, registry);
  const host = await completeHost(request.host, facts);
  const vnic = vif instanceof NetworkVif && { vnicType: vif.vnic_type };
  const asked = new AskedFacts(facts);
  const context = { instance, flavor, image, host, hostFilters, routing, ...vnic, facts: asked.facts };
  const device = await guard(chosen, 'config', asked, signal, async () => {
    if (chosen.path === 'os-vif') {
      const { plugin, vif: object } = chosen;
      const own = {
        makesTap: registry.makesTaps(plugin) || makesTapFor(request),
        ...(await vdpaOf(object, context.vnicType, asked.facts)),
      };
      return guests.forObject(object, { ...context, ...own });
    }
    const { vif, handler } = chosen;
    const owner = `legacy plugin '${chosen.plugin}'`;
    const backend = validateBackend(await handler.config(vif, context), owner, vif.id);
    return guests.forBackend(backend, vif.address, context);
  });
  return { ...handledBy(request, chosen), device };
}

/** The plug makes the tap of a port with settings such as VLANs: libvirt would not know about them. */
function makesTapFor({ vif }: RoutedRequest): boolean {
  return vif instanceof NetworkVif && portSettings(vif) !== undefined;
}

/** @throws VifError PCI_DEVICE_NOT_FOUND for a VIF of the vNIC type `vdpa` whose function has no vDPA device */
async function vdpaOf(
  vif: VIFBase,
  vnicType: string | undefined,
  facts: HostFacts,
): Promise<{ readonly vdpaDevice?: string }> {
  if (vnicType !== 'vdpa' || !(vif instanceof VIFHostDevice)) return {};
  const address = requireField(vif, 'dev_address', vif.id);
  const vdpaDevice = await facts.vdpaDevice(address);
  if (vdpaDevice !== undefined) return { vdpaDevice };
  const text =
    `Virtual function ${address} has no vDPA device for guests: make one (\`vdpa dev add name NAME mgmtdev pci/${address}\`), ` +
    'and load vhost_vdpa';
  throw new VifError('PCI_DEVICE_NOT_FOUND', text, { vifId: vif.id });
}
