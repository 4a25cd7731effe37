import { type Plan, type PlanContext } from '@vifkit/core';
import { requireField, type VIFBase } from '@vifkit/core/os-vif';
import type { CommandStep, LinkStep, Step } from '@vifkit/core/steps';
import { currentController, Fabric, type FabricClass } from './fabric.js';

let objects = 0;

/** Plugins with one other thing wrong each, by what is wrong. */
export const mutants: Readonly<Record<string, FabricClass>> = {
  'calls every tap the same': class extends Fabric {
    protected override nameOf(vif: VIFBase) {
      super.nameOf(vif);
      return 'tap0';
    }
  },
  'calls its tap by too long a name': class extends Fabric {
    protected override nameOf(vif: VIFBase) {
      return `${super.nameOf(vif)}.1`;
    }
  },
  'calls its tap by a name that gets too long': class extends Fabric {
    protected override nameOf(vif: VIFBase) {
      return `${super.nameOf(vif)}x`;
    }
  },
  'leaves its tap behind': class extends Fabric {
    override unplug(vif: VIFBase) {
      return (super.unplug(vif) as Plan).filter(({ kind }) => kind !== 'linkAbsent');
    }
  },
  'forgets the unbinding': class extends Fabric {
    override unplug(vif: VIFBase): Plan {
      return (super.unplug(vif) as Plan).filter(({ kind }) => kind !== 'command');
    }
  },
  'unbinds another port': class extends Fabric {
    protected override unbind(vif: VIFBase): Step {
      return { kind: 'command', argv: ['fabricctl', 'unbind', this.nameOf(vif)] };
    }
  },
  'has no undo of its command': class extends Fabric {
    protected override bind(...args: Parameters<Fabric['bind']>): CommandStep {
      const { kind, argv } = super.bind(...args);
      return { kind, argv };
    }
  },
  'has an idle undo of its command': class extends Fabric {
    protected override bind(...args: Parameters<Fabric['bind']>): CommandStep {
      return { ...super.bind(...args), undo: ['true'] };
    }
  },
  'unbinds a running guest when a second plug fails': class extends Fabric {
    override plug(vif: VIFBase, context: PlanContext): Plan {
      const name = this.nameOf(vif);
      const { kind, argv, undo } = super.bind(vif, name, context);
      const again = { kind, argv: ['fabricctl', 'refresh', vif.id], undo: ['fabricctl', 'forget', vif.id] };
      return [
        this.link(vif, name, context),
        { kind, argv, ...(undo && { undo }) },
        again,
        this.policy(vif),
        this.port(vif, name),
      ];
    }
    override unplug(vif: VIFBase): Plan {
      const steps = super.unplug(vif) as Plan;
      return [{ kind: 'command', argv: ['fabricctl', 'forget', vif.id] }, ...steps];
    }
  },
  'passes a random argument': class extends Fabric {
    protected override bind(...args: Parameters<Fabric['bind']>): CommandStep {
      const step = super.bind(...args);
      return { ...step, argv: [...step.argv, String(Math.random())] };
    }
  },
  'passes the time': class extends Fabric {
    protected override bind(...args: Parameters<Fabric['bind']>): CommandStep {
      const step = super.bind(...args);
      return { ...step, argv: [...step.argv, new Date().toDateString()] };
    }
  },
  'passes the number of its calls': class extends Fabric {
    #calls = 0;
    protected override bind(...args: Parameters<Fabric['bind']>): CommandStep {
      const step = super.bind(...args);
      this.#calls += 1;
      return { ...step, argv: [...step.argv, String(this.#calls)] };
    }
  },
  'passes the id of its process’s object': class extends Fabric {
    readonly #object = String(++objects);
    protected override bind(...args: Parameters<Fabric['bind']>): CommandStep {
      const step = super.bind(...args);
      return { ...step, argv: [...step.argv, this.#object] };
    }
  },
  'runs a program that it does not declare': class extends Fabric {
    protected override bind(...args: Parameters<Fabric['bind']>): CommandStep {
      return { ...super.bind(...args), argv: ['fabric-bind', ...super.bind(...args).argv.slice(2)] };
    }
  },
  'has an MTU that wanders': class extends Fabric {
    #mtu = 1400;
    protected override link(_: VIFBase, name: string): LinkStep {
      this.#mtu += 1;
      return { kind: 'link', name, create: { type: 'tap' }, set: { mtu: this.#mtu } };
    }
  },
  'asks for two MTUs at once': class extends Fabric {
    override plug(vif: VIFBase, context: PlanContext): Plan {
      const name = this.nameOf(vif);
      const again: LinkStep = { kind: 'link', name, create: { type: 'tap' }, set: { mtu: 1400 } };
      return [
        this.link(vif, name, context),
        again,
        this.bind(vif, name, context),
        this.policy(vif),
        this.port(vif, name),
      ];
    }
  },
  'leaves its port behind': class extends Fabric {
    override unplug(vif: VIFBase): Plan {
      return (super.unplug(vif) as Plan).filter(({ kind }) => kind !== 'ovsPortAbsent');
    }
  },
  'puts its port on a bridge of a random name': class extends Fabric {
    protected override port(vif: VIFBase, name: string): Step {
      const bridge = Math.random() < 0.5 ? 'br-int' : 'br-ext';
      return {
        kind: 'ovsPort',
        bridge,
        name,
        externalIds: { 'iface-id': vif.id, cookie: String(Math.random()) },
        wired: false,
      };
    }
  },
  'has an unplug that needs a plug': class extends Fabric {
    override unplug(vif: VIFBase): Plan {
      const down: LinkStep = { kind: 'link', name: this.nameOf(vif), set: { up: false } };
      return [down, ...(super.unplug(vif) as Plan)];
    }
  },
  'remembers in its process what it plugged': class extends Fabric {
    readonly #plugged = new Set<string>();
    override plug(vif: VIFBase, context: PlanContext) {
      this.#plugged.add(vif.id);
      return super.plug(vif, context);
    }
    override unplug(vif: VIFBase) {
      return this.#plugged.has(vif.id) ? super.unplug(vif) : [];
    }
  },
  'does itself what it should plan': class extends Fabric {
    override plug(vif: VIFBase, context: PlanContext) {
      this.setPolicy(vif.id);
      return super.plug(vif, context);
    }
  },
  'does in isDone what apply should': class extends Fabric {
    protected override policy(vif: VIFBase) {
      const isDone = async () => {
        this.setPolicy(vif.id);
        return true;
      };
      return { ...super.policy(vif), isDone };
    }
  },
  'says that its custom step is always done': class extends Fabric {
    protected override policy(vif: VIFBase) {
      return { ...super.policy(vif), isDone: async () => true };
    }
  },
  'says that its custom step is never done': class extends Fabric {
    protected override policy(vif: VIFBase) {
      return { ...super.policy(vif), isDone: async () => false };
    }
  },
  'has a custom step that does nothing': class extends Fabric {
    protected override policy(vif: VIFBase) {
      return { ...super.policy(vif), apply: async () => {} };
    }
  },
  'has a custom step whose undo does nothing': class extends Fabric {
    protected override policy(vif: VIFBase) {
      return { ...super.policy(vif), undo: async () => {} };
    }
  },
  'has a custom step whose undo throws where nothing was done': class extends Fabric {
    protected override policy(vif: VIFBase) {
      return {
        ...super.policy(vif),
        undo: async () => {
          if (currentController().policies[vif.id] === undefined) throw new Error('no such policy');
          this.clearPolicy(vif.id);
        },
      };
    }
  },
  'undoes the custom steps of all VIFs': class extends Fabric {
    protected override clearPolicy() {
      currentController().policies = {};
    }
  },
  'says that its custom step of an unplug is always done': class extends Fabric {
    protected override policyAbsent(vif: VIFBase) {
      return { ...super.policyAbsent(vif), isDone: async () => true };
    }
  },
  'says that its custom step of an unplug is never done': class extends Fabric {
    protected override policyAbsent(vif: VIFBase) {
      return { ...super.policyAbsent(vif), isDone: async () => false };
    }
  },
  'removes a link that is not its own': class extends Fabric {
    override plug(vif: VIFBase, context: PlanContext): Plan {
      return [
        { kind: 'linkAbsent', name: 'eth0', type: 'bridge', own: true },
        ...(super.plug(vif, context) as Plan),
      ];
    }
  },
  'plans for links that are not there': class extends Fabric {
    protected override port(): Step {
      return { kind: 'link', name: 'fabric0', set: { up: true } };
    }
  },
  'leaves a bridge of its own behind': class extends Fabric {
    override plug(vif: VIFBase, context: PlanContext): Plan {
      const bridge: LinkStep = {
        kind: 'link',
        name: `br${requireField(vif, 'id', vif.id).slice(0, 8)}`,
        create: { type: 'bridge' },
      };
      return [bridge, ...(super.plug(vif, context) as Plan)];
    }
  },
  'has steps that are no data': class extends Fabric {
    protected override link(vif: VIFBase, name: string, context: PlanContext): LinkStep {
      return { ...super.link(vif, name, context), set: { mtu: Number.NaN } };
    }
  },
  'makes its tap for one queue, whatever the card has': class extends Fabric {
    protected override link(vif: VIFBase, name: string, context: PlanContext): LinkStep {
      return { ...super.link(vif, name, context), create: { type: 'tap' } };
    }
  },
  'makes its tap for several queues, whatever the card has': class extends Fabric {
    protected override link(vif: VIFBase, name: string, context: PlanContext): LinkStep {
      return { ...super.link(vif, name, context), create: { type: 'tap', multiQueue: true } };
    }
  },
  'makes a tap that is down': class extends Fabric {
    protected override link(vif: VIFBase, name: string, context: PlanContext): LinkStep {
      return { ...super.link(vif, name, context), set: { up: false } };
    }
  },
  'describes a path that there is not': class extends Fabric {
    path(vif: VIFBase) {
      return [{ kind: 'bridgeMember', name: this.nameOf(vif), bridge: 'eth0' }] as const;
    }
  },
  'makes another tap than the guest opens': class extends Fabric {
    override plug(vif: VIFBase, context: PlanContext): Plan {
      return [this.link(vif, `t${vif.id.slice(0, 8)}`, context)];
    }
    override unplug(vif: VIFBase): Plan {
      this.nameOf(vif);
      return [{ kind: 'linkAbsent', name: `t${vif.id.slice(0, 8)}`, type: 'tap', own: true }];
    }
  },
  'leaves its filter behind': class extends Fabric {
    override plug(vif: VIFBase, context: PlanContext): Plan {
      const name = this.nameOf(vif);
      const mac = vif.address ?? '02:00:00:00:00:01';
      return [...(super.plug(vif, context) as Plan), { kind: 'guestFilter', name, mac, addresses: [] }];
    }
  },
  'stays a user of a link that others use': class extends Fabric {
    override plug(vif: VIFBase, context: PlanContext): Plan {
      return [...(super.plug(vif, context) as Plan), { kind: 'linkUser', name: 'eth0', user: vif.id }];
    }
  },
  'undoes with a program that it does not declare': class extends Fabric {
    protected override bind(...args: Parameters<Fabric['bind']>): CommandStep {
      const [{ id }] = args;
      return { ...super.bind(...args), undo: ['fabric-unbind', id] };
    }
    protected override unbind({ id }: VIFBase): Step {
      return { kind: 'command', argv: ['fabricctl', 'unbind', id], undo: ['fabric-bind', id] };
    }
  },
  'plans an unplug by the time': class extends Fabric {
    protected override unbind(vif: VIFBase): Step {
      const argv = ['fabricctl', 'unbind', vif.id];
      return { kind: 'command', argv, vendor: new Date().toDateString() };
    }
  },
  'mixes up two VIFs that are plugged at once': class extends Fabric {
    #vif: VIFBase | undefined;
    override async plug(vif: VIFBase, context: PlanContext): Promise<Plan> {
      this.#vif = vif;
      await context.facts.linkMtu('eth0');
      return super.plug(this.#vif, context);
    }
  },
  'cannot be disposed of': class extends Fabric {
    dispose() {
      throw new Error('It has been closed already');
    }
  },
  'is frozen, and forgets the unbinding': class extends Fabric {
    constructor() {
      super();
      Object.freeze(this);
    }
    override unplug(vif: VIFBase): Plan {
      return (super.unplug(vif) as Plan).filter(({ kind }) => kind !== 'command');
    }
  },
  'never answers': class extends Fabric {
    override plug(): Promise<Plan> {
      return new Promise(() => {});
    }
  },
};
