import {
  type LegacyDriver,
  legacyDriver,
  type Plan,
  type PlanContext,
  type PluginPackage,
} from '@vifkit/core';
import { type DeviceBackend, deviceName, type NetworkVif, networkId } from '@vifkit/core/nova';
import { type CommandStep, tapNeeds } from '@vifkit/core/steps';

const vendor = "PLUMgrid's IO Visor";

/** VIF type `iovisor`: a tap that PLUMgrid's IO Visor connects to a virtual domain. */
@legacyDriver({
  type: 'iovisor',
  needs: [...tapNeeds, { kind: 'program', name: 'ifc_ctl', from: vendor }],
})
export class IovisorDriver implements LegacyDriver {
  config(vif: NetworkVif): DeviceBackend {
    return { type: 'ethernet', target: deviceName(vif), managed: false, bandwidth: true };
  }

  plug(vif: NetworkVif, { instance, tap: { multiQueue } }: PlanContext): Plan {
    const name = deviceName(vif);
    const tags = [`pgtag2=${networkId(vif)}`, `pgtag1=${instance.project_id}`];
    const added = gateway('add_port', name);
    const up = gateway('ifup', name, 'access_vm', vif.id, vif.address, ...tags);
    return [
      { kind: 'link', name, create: { type: 'tap', multiQueue }, set: { up: true } },
      { ...added, undo: gateway('del_port', name).argv, undoWhenCreated: name },
      { ...up, undo: gateway('ifdown', name).argv, undoWhenCreated: name },
    ];
  }

  unplug(vif: NetworkVif): Plan {
    const name = deviceName(vif);
    return [
      gateway('ifdown', name),
      gateway('del_port', name),
      { kind: 'linkAbsent', name, type: 'tap', own: true },
    ];
  }
}

function gateway(...args: readonly string[]): CommandStep {
  return { kind: 'command', argv: ['ifc_ctl', 'gateway', ...args], vendor };
}

/** What the package provides. It is inert until it is given to a driver. */
const iovisor: PluginPackage = { name: '@vifkit/plugin-iovisor', provides: [IovisorDriver] };
export default iovisor;
