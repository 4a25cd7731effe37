import {
  BRIDGE_MARK,
  bridgeNotFound,
  hasBridgeMark,
  hasPortMark,
  type OvsChange,
  type OvsInterface,
  type OvsPort,
  portIsBond,
} from '@vifkit/host/parts';

export interface BridgeRow {
  readonly datapathType: string;
  readonly externalIds: Readonly<Record<string, string>>;
}

/** A port as the database has it; what ovs-vswitchd makes of it is not in it. */
export interface PortRow extends Omit<OvsPort, 'interface'> {
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
    this.ports.set(name, { bridge: name, tag: undefined, externalIds: {}, interface: local });
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
        return false;
      case 'removeBridge':
        return this.#removeBridge(change);
      case 'putPort':
        return this.#putPort(change);
      case 'removePort':
        return this.#removePort(change);
    }
  }

  #ensureBridge({ name, datapathType, mtu }: ChangeOf<'ensureBridge'>): boolean {
    if (!this.bridges.has(name)) this.putBridge(name, { datapathType, externalIds: BRIDGE_MARK });
    const current = this.ports.get(name)?.interface?.mtuRequest ?? 0;
    if (mtu !== undefined && current < mtu) this.#requestMtu(name, mtu);
    return true;
  }

  #removeBridge({ name }: ChangeOf<'removeBridge'>): boolean {
    const bridge = this.bridges.get(name);
    const inUse = [...this.ports].some(([port, row]) => row.bridge === name && port !== name);
    if (!bridge || !hasBridgeMark(bridge) || inUse) return false;
    this.bridges.delete(name);
    this.ports.delete(name);
    return true;
  }

  #putPort({ name, bridge, settings, portExternalIds, owner, wired }: ChangeOf<'putPort'>): boolean {
    if (!this.bridges.has(bridge)) throw bridgeNotFound(bridge, name, owner);
    const before = this.ports.get(name);
    if (before && !before.interface) throw portIsBond(name, owner);
    const { tag, type, externalIds, options, mtuRequest } = settings;
    const its = before?.interface ?? { type: '', externalIds: {}, options: {}, mtuRequest: undefined };
    this.ports.set(name, {
      bridge,
      tag: tag === undefined ? before?.tag : (tag ?? undefined),
      externalIds: before?.externalIds ?? portExternalIds,
      interface: {
        type: type ?? its.type,
        externalIds: externalIds ?? its.externalIds,
        options: options ?? its.options,
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

  #requestMtu(name: string, mtuRequest: number | undefined): void {
    const local = this.ports.get(name);
    if (local?.interface) this.ports.set(name, { ...local, interface: { ...local.interface, mtuRequest } });
  }
}
