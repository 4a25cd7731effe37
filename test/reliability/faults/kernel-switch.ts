import { listLinks, type OpenVSwitch, type OpenVSwitchOptions, startOpenVSwitch } from '@vifkit/testkit/bed';
import { vi } from 'vitest';

/** A switch of one's own, with a bridge that is somebody else's: nothing of ours removes it. */
export async function startSwitch(options: OpenVSwitchOptions = {}): Promise<OpenVSwitch> {
  const ovs = await startOpenVSwitch(options);
  await ovs.vsctl('add-br', 'br-int', '--', 'set', 'Bridge', 'br-int', 'datapath_type=netdev');
  await vi.waitUntil(() => listLinks().includes('br-int'), { timeout: 10_000 });
  return ovs;
}
