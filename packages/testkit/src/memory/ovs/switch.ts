import {
  BRIDGE_MARK,
  bridgeNotFound,
  hasBridgeMark,
  hasPortMark,
  mergeKeys,
  type OvsBridge,
  type OvsChange,
  type OvsInterface,
  type OvsKeys,
  type OvsPort,
  portIsBond,
} from '@vifkit/host/parts';

export type BridgeRow = Pick<OvsBridge, 'datapathType' | 'externalIds'>;

/** A port as the database has it; what ovs-vswitchd makes of it is not in it. */
export interface PortRow extends Omit<OvsPort, 'interface'> {
  /** Of its QoS row, if vifkit made one. */
  readonly qosType?: string;
  readonly interface: Omit<OvsInterface, 'ofport' | 'error'> | undefined;
}

type ChangeOf<Kind extends OvsChange['kind']> = Extract<OvsChange, { kind: Kind }>;

/** The database of an Open vSwitch. */
export class Switch {
  constructor(
    readonly bridges: Map<string, BridgeRow> = new Map(),
    readonly ports: Map<string, PortRow> = new Map(),
  ) {}

  copy(): Switch {
    return new Switch(new Map(this.bridges), new Map(this.ports));
  }

  /** Puts a bridge there, with its local port. */
  putBridge(name: string, row: BridgeRow, mtuRequest?: number): void {
    this.bridges.set(name, row);
    const local = { type: 'internal', externalIds: {}, options: {}, mtuRequest };
    this.ports.set(name, { bridge: name, tag: undefined, trunks: [], externalIds: {}, interface: local });
  }

  /**
   * Makes a change. Answers whether ovs-vswitchd is to be waited for.
   * @throws VifError OVS_BRIDGE_NOT_FOUND, OVS_PORT_NOT_OURS
   */
  make(change: OvsChange): boolean {
    switch (change.kind) {
      case 'ensureBridge':
        return this.#ensureBridge(change);
      case 'setBridgeMtu':
        this.#requestMtu(change.name, change.mtu);
        this.#markBridge(change.name, change.marks);
        return false;
      case 'removeBridge':
        return this.#removeBridge(change);
      case 'removeIdleBridge':
        return this.#removeIdleBridge(change);
      case 'putPort':
        return this.#putPort(change);
      case 'removePort':
        return this.#removePort(change);
    }
  }

  #ensureBridge(change: ChangeOf<'ensureBridge'>): boolean {
    const { name, datapathType, mtu, externalIds = BRIDGE_MARK, marks } = change;
    if (!this.bridges.has(name)) this.putBridge(name, { datapathType, externalIds });
    else this.#markBridge(name, marks);
    const current = this.ports.get(name)?.interface?.mtuRequest ?? 0;
    if (mtu !== undefined && current < mtu) this.#requestMtu(name, mtu);
    return true;
  }

  #removeBridge({ name }: ChangeOf<'removeBridge'>): boolean {
    const bridge = this.bridges.get(name);
    const inUse = [...this.ports].some(([port, row]) => row.bridge === name && port !== name);
    if (!bridge || !hasBridgeMark(bridge) || inUse) return false;
    return this.#deleteBridge(name);
  }

  #removeIdleBridge({ name, ifMarked }: ChangeOf<'removeIdleBridge'>): boolean {
    const bridge = this.bridges.get(name);
    if (!bridge || (ifMarked && !hasBridgeMark(bridge)) || this.users(name).length > 0) return false;
    return this.#deleteBridge(name);
  }

  /** The ports that keep a bridge: all but the local one and patch ports. */
  users(bridge: string): string[] {
    return [...this.ports].flatMap(([name, row]) =>
      row.bridge === bridge && name !== bridge && row.interface?.type !== 'patch' ? name : [],
    );
  }

  #deleteBridge(name: string): true {
    this.bridges.delete(name);
    for (const [port, { bridge }] of [...this.ports]) if (bridge === name) this.ports.delete(port);
    return true;
  }

  #putPort(change: ChangeOf<'putPort'>): boolean {
    const { name, bridge, settings, portExternalIds, marks = {}, owner, wired } = change;
    if (!this.bridges.has(bridge)) throw bridgeNotFound(bridge, name, owner);
    const there = this.ports.get(name);
    if (there && !there.interface) throw portIsBond(name, owner);
    const before = there?.bridge === bridge && !change.anew ? there : undefined;
    const { tag, type, externalIds, options, mtuRequest } = settings;
    const its = before?.interface ?? { type: '', externalIds: {}, options: {}, mtuRequest: undefined };
    const { tag: initialTag, ...initial } = before ?? { trunks: [], ...change.initial };
    this.ports.set(name, {
      ...initial,
      bridge,
      tag: tag === undefined ? initialTag : (tag ?? undefined),
      externalIds: before ? mergeKeys(before.externalIds, marks) : portExternalIds,
      interface: {
        type: type ?? its.type,
        externalIds: mergeKeys(its.externalIds, externalIds ?? {}),
        options: mergeKeys(its.options, options ?? {}),
        mtuRequest: mtuRequest === undefined ? its.mtuRequest : (mtuRequest ?? undefined),
      },
    });
    return wired;
  }

  #removePort({ name, owner, ifMarked }: ChangeOf<'removePort'>): boolean {
    const port = this.ports.get(name);
    if (port && (!ifMarked || hasPortMark(port, owner))) this.ports.delete(name);
    return false;
  }

  #markBridge(name: string, marks: OvsKeys = {}): void {
    const row = this.bridges.get(name);
    if (row) this.bridges.set(name, { ...row, externalIds: mergeKeys(row.externalIds, marks) });
  }

  #requestMtu(name: string, mtuRequest: number | undefined): void {
    const local = this.ports.get(name);
    if (local?.interface) this.ports.set(name, { ...local, interface: { ...local.interface, mtuRequest } });
  }
}
