import {
  announce,
  IsMtu,
  type Plan,
  type PlanContext,
  type PluginPackage,
  unsupportedVif,
  type VifPlugin,
  vifPlugin,
} from '@vifkit/core';
import { networkMtu } from '@vifkit/core/nova';
import { requireField, type VIFBase, VIFGeneric, VIFPortProfileOpenVSwitch } from '@vifkit/core/os-vif';
import type { CommandStep, CustomStep, LinkStep, Step } from '@vifkit/core/steps';
import type { ConformanceOptions } from '../../../src/conformance/index.js';
import type { VendorState } from '../../../src/conformance/vendor-state.js';

/** What a vendor's controller holds: ports that a tool binds, and policies that are set over its API. */
class Controller {
  bound: Record<string, string> = {};
  policies: Record<string, string> = {};
}

/** The one that plugins talk to: a new one for each host. */
let controller = new Controller();

class FabricOptions {
  @IsMtu()
  mtu = 1500;
}

/** A tap that a vendor's tool binds, and a policy behind an API: done right. Mutants override a part of it. */
export class Fabric implements VifPlugin {
  protected readonly options = new FabricOptions();

  describe() {
    return announce('fabric', [[VIFGeneric, [VIFPortProfileOpenVSwitch]]]);
  }

  plug(vif: VIFBase, context: PlanContext): Plan | Promise<Plan> {
    const name = this.nameOf(vif);
    return [
      this.link(vif, name, context),
      this.bind(vif, name, context),
      this.policy(vif),
      this.port(vif, name),
    ];
  }

  unplug(vif: VIFBase): Plan | Promise<Plan> {
    const name = this.nameOf(vif);
    return [
      { kind: 'ovsPortAbsent', name, own: true },
      this.policyAbsent(vif),
      this.unbind(vif),
      { kind: 'linkAbsent', name, type: 'tap', own: true },
    ];
  }

  protected link(vif: VIFBase, name: string, { tap: { multiQueue } }: PlanContext): LinkStep {
    return {
      kind: 'link',
      name,
      create: { type: 'tap', multiQueue },
      set: { up: true, mtu: networkMtu(vif) ?? this.options.mtu },
    };
  }

  protected port(vif: VIFBase, name: string): Step {
    return { kind: 'ovsPort', bridge: 'br-int', name, externalIds: { 'iface-id': vif.id }, wired: false };
  }

  protected bind(vif: VIFBase, name: string, { instance }: PlanContext): CommandStep {
    return {
      kind: 'command',
      argv: ['fabricctl', 'bind', vif.id, name, instance.uuid],
      undo: ['fabricctl', 'unbind', vif.id],
      undoWhenCreated: name,
    };
  }

  protected unbind(vif: VIFBase): Step {
    return { kind: 'command', argv: ['fabricctl', 'unbind', vif.id] };
  }

  protected policy({ id }: VIFBase): CustomStep {
    return {
      kind: 'custom',
      name: `policy of ${id}`,
      isDone: async () => controller.policies[id] === 'guest',
      apply: async () => this.setPolicy(id),
      undo: async () => this.clearPolicy(id),
    };
  }

  protected policyAbsent({ id }: VIFBase): CustomStep {
    return {
      kind: 'custom',
      name: `no policy of ${id}`,
      isDone: async () => controller.policies[id] === undefined,
      apply: async () => this.clearPolicy(id),
      undo: async () => this.setPolicy(id),
    };
  }

  protected setPolicy(id: string): void {
    controller.policies[id] = 'guest';
  }

  protected clearPolicy(id: string): void {
    delete controller.policies[id];
  }

  protected nameOf(vif: VIFBase): string {
    if (!(vif instanceof VIFGeneric)) throw unsupportedVif('fabric', vif);
    return requireField(vif, 'vif_name', vif.id);
  }
}

export type FabricClass = new () => Fabric;

const id = 'dc065497-3c8d-4f44-8fb4-e1d33c16a536';

/** What the suite is told of a plugin, with the controller in sight or without it. */
export function suiteFor(plugin: FabricClass, seesController: boolean): ConformanceOptions {
  class Declared extends plugin {}
  vifPlugin({
    name: 'fabric',
    makesTaps: true,
    options: FabricOptions,
    needs: [{ kind: 'program', name: 'fabricctl', from: 'a vendor' }],
  })(Declared);
  const plugins: PluginPackage = { name: '@acme/fabric', provides: [Declared] };
  const port_profile = new VIFPortProfileOpenVSwitch({ interface_id: id, create_tap: true });
  const vif = new VIFGeneric({
    id,
    plugin: 'fabric',
    address: 'fa:16:3e:83:fe:fc',
    vif_name: 'tapdc065497-3c',
    port_profile,
  });
  const instance = { uuid: 'f0000000-0000-0000-0000-000000000001', name: 'instance-00000001' };
  return {
    plugins,
    requests: [{ id: 'a port', vif, instance }],
    host: { links: [{ name: 'eth0', type: 'bridge' }], ovsBridges: ['br-int'] },
    vendor: () => startController(seesController),
    manifest: { vifkit: { contract: 1, provides: [{ role: 'plugin', name: 'fabric' }] } },
  };
}

function startController(isSeen: boolean): VendorState {
  const own = new Controller();
  controller = own;
  return {
    ...(isSeen && { snapshot: () => own }),
    commands: {
      fabricctl: {
        effect: ([, verb, port = '', ...to]) => {
          if (verb === 'bind') own.bound[port] = to.join(' ');
          if (verb === 'unbind') delete own.bound[port];
        },
      },
    },
  };
}

export const currentController = (): Controller => controller;
