import type { Condition, Mutation, Operation } from '../ovsdb/operations.js';
import * as values from '../ovsdb/values.js';
import type { BridgePort } from './bridge-users.js';
import { mergeKeys, type OvsKeys, type OvsPortSettings, type PutPort } from './changes.js';
import {
  initialColumns,
  interfaceColumns,
  keyMutations,
  mutations,
  plainColumns,
  portColumns,
} from './columns.js';
import { type FormerBridge, type RemovedPort, referringTo } from './former-rows.js';
import { hasPortMark, ownerIn, qosMarks } from './marks.js';
import type { BridgeRow, PortRow, RowRef, Snapshot } from './snapshot.js';

/** A bridge. Its ports are given by id, or by name within the transaction. */
interface DraftBridge extends Pick<BridgeRow, 'ref' | 'externalIds'> {
  readonly ports: Set<string>;
}

export interface DraftPort extends Pick<PortRow, 'ref' | 'bridge' | 'externalIds'> {
  readonly interface:
    | Pick<NonNullable<PortRow['interface']>, 'ref' | 'type' | 'externalIds' | 'mtuRequest'>
    | undefined;
}

/**
 * A transaction under construction: the resulting state of the database so far, and the operations that lead to it.
 * Each bridge or port that is looked up gets a guard: the transaction fails with `timed out` if it was added, removed
 * or replaced since the snapshot was taken.
 */
export class Draft {
  readonly #bridges: Map<string, DraftBridge>;
  readonly #ports: Map<string, DraftPort>;
  readonly #guards = new Map<string, Operation>();
  readonly #changes: Operation[] = [];
  /**
   * Ports that must still be removed from bridges, and added to them. They are collected because the server scans all
   * ports of a bridge for each mutation.
   */
  readonly #leaving: RowRef[] = [];
  readonly #joining = new Map<string, { readonly bridge: RowRef; readonly ports: Map<string, RowRef> }>();
  /** The ports that are removed, by name. */
  readonly removed = new Map<string, RemovedPort>();
  #inserted = 0;

  /** @param keepsIds give rows that are restored the ids that they had */
  constructor(
    private readonly snapshot: Snapshot,
    private readonly keepsIds = true,
  ) {
    this.#bridges = new Map(
      [...snapshot.bridges].map(([name, row]) => [name, { ...row, ports: new Set(row.ports) }]),
    );
    this.#ports = new Map(snapshot.ports);
    if (!snapshot.initialized) this.#changes.push({ op: 'insert', table: 'Open_vSwitch', row: {} });
  }

  get operations(): readonly Operation[] {
    this.#settlePorts();
    return [...this.#guards.values(), ...this.#changes];
  }

  bridge(name: string): DraftBridge | undefined {
    this.#guard('Bridge', name, this.snapshot.bridges.get(name)?.ref);
    return this.#bridges.get(name);
  }

  port(name: string): DraftPort | undefined {
    this.#guard('Port', name, this.snapshot.ports.get(name)?.ref);
    return this.#ports.get(name);
  }

  /** The ports of a VIF, of those that were searched for. */
  portsOf(vifId: string): string[] {
    return (this.snapshot.owned.get(vifId) ?? []).filter((name) => this.#ports.has(name));
  }

  addBridge(
    name: string,
    datapathType: string,
    externalIds: Readonly<Record<string, string>>,
    former?: FormerBridge,
  ): void {
    const row = { name, datapath_type: datapathType, external_ids: values.map(externalIds) };
    const others = new Map(former?.references.map(({ table, id, row }) => [id, this.#insert(table, row)]));
    const its = former ? { ...referringTo(former.row, others), ...row } : row;
    const ref = this.#insert('Bridge', its, former?.id);
    this.#mutate('Open_vSwitch', [], ['bridges', 'insert', ref]);
    this.#bridges.set(name, { ref, externalIds, ports: new Set() });
  }

  /**
   * Removes a bridge that has no ports except its local one and these. Fails if somebody else has added another port
   * since.
   */
  removeBridge(name: string, ports: readonly BridgePort[] = []): void {
    const bridge = this.#bridges.get(name);
    const local = this.#ports.get(name);
    if (!bridge) return;
    this.#settlePorts();
    this.#changes.push({
      op: 'wait',
      table: 'Bridge',
      where: [['_uuid', '==', bridge.ref]],
      columns: ['ports'],
      until: '==',
      rows: [
        { ports: values.set([...(local ? [local.ref] : []), ...ports.map(({ id }) => values.uuid(id))]) },
      ],
      timeout: 0,
    });
    this.#mutate('Open_vSwitch', [], ['bridges', 'delete', bridge.ref]);
    const { ref } = this.snapshot.bridges.get(name) ?? {};
    this.#noteRemoval(name, ref && { id: ref[1], patches: ports });
    this.#bridges.delete(name);
    this.#ports.delete(name);
  }

  addPort(
    name: string,
    bridge: string,
    settings: OvsPortSettings,
    externalIds: Readonly<Record<string, string>>,
    { initial = {}, former }: Pick<PutPort, 'initial' | 'former'> = {},
  ): void {
    const { qosType } = initial;
    const newQos = former?.qos ?? (qosType === undefined ? undefined : qosRow(name, qosType, externalIds));
    if (newQos) this.#deleteQos(name); // what is left of an earlier port of that name
    const qos = newQos ? { qos: this.#insert('QoS', newQos) } : {};
    const its = { ...former?.interface, name, ...interfaceColumns(settings) };
    const interfaceRef = this.#insert('Interface', its);
    const row = { name, interfaces: interfaceRef, external_ids: values.map(externalIds), ...qos };
    const own = { ...former?.port, ...row, ...initialColumns(initial), ...portColumns(settings) };
    const ref = this.#insert('Port', own, former?.id);
    for (const { mirror, column } of former?.mirrors ?? []) {
      this.#mutate('Mirror', [['_uuid', '==', values.uuid(mirror)]], [column, 'insert', values.set([ref])]);
    }
    this.#ports.set(name, {
      ref,
      bridge,
      externalIds,
      interface: changed({ ref: interfaceRef, type: '', externalIds: {}, mtuRequest: undefined }, settings),
    });
    this.#attach(ref, bridge);
  }

  markBridge(name: string, marks: OvsKeys): void {
    const bridge = this.#bridges.get(name);
    if (!bridge) return;
    this.#mutate('Bridge', [['_uuid', '==', bridge.ref]], ...mutations('external_ids', marks));
    this.#bridges.set(name, { ...bridge, externalIds: mergeKeys(bridge.externalIds, marks) });
  }

  markPort(name: string, marks: OvsKeys): void {
    const port = this.#ports.get(name);
    if (!port) return;
    this.#mutate('Port', [['_uuid', '==', port.ref]], ...mutations('external_ids', marks));
    this.#ports.set(name, { ...port, externalIds: mergeKeys(port.externalIds, marks) });
  }

  changePort(name: string, settings: OvsPortSettings): void {
    const port = this.#ports.get(name);
    if (!port?.interface) return;
    this.#update('Port', port.ref, portColumns(settings));
    this.#update('Interface', port.interface.ref, plainColumns(settings));
    this.#mutate('Interface', [['_uuid', '==', port.interface.ref]], ...keyMutations(settings));
    this.#ports.set(name, { ...port, interface: changed(port.interface, settings) });
  }

  /**
   * The rows of a port are removed with the last reference to them. Its QoS row is not removed automatically, and can
   * be deleted only once the port no longer refers to it: references are checked before unreferenced rows are
   * collected.
   */
  removePort(name: string): void {
    const port = this.#ports.get(name);
    if (port) {
      this.#noteRemoval(name);
      this.#detach(port);
      if (this.snapshot.qos.get(name)?.length) this.#update('Port', port.ref, { qos: values.set([]) });
      this.#deleteQos(name);
    }
    this.#ports.delete(name);
  }

  /** Deletes the QoS rows that a port of the VIF has left: somebody else has removed the port alone. */
  removeLeftQos(name: string, vifId: string): void {
    if (!this.#ports.has(name)) this.#deleteQos(name, (externalIds) => hasPortMark({ externalIds }, vifId));
  }

  #attach(port: RowRef, bridge: string): void {
    const row = this.#bridges.get(bridge);
    if (!row) return;
    const joining = this.#joining.get(bridge) ?? { bridge: row.ref, ports: new Map<string, RowRef>() };
    this.#joining.set(bridge, joining);
    joining.ports.set(port[1], port);
    row.ports.add(port[1]);
  }

  #detach({ ref, bridge }: DraftPort): void {
    if (!this.#joining.get(bridge)?.ports.delete(ref[1])) this.#leaving.push(ref);
    this.#bridges.get(bridge)?.ports.delete(ref[1]);
  }

  #settlePorts(): void {
    // Removed from all bridges: others may have moved a port since the snapshot was taken.
    const left = values.set(this.#leaving.splice(0));
    if (left[1].length > 0) this.#mutate('Bridge', [], ['ports', 'delete', left]);
    for (const { bridge, ports } of this.#joining.values()) {
      const joined = values.set(ports.values());
      if (ports.size > 0) this.#mutate('Bridge', [['_uuid', '==', bridge]], ['ports', 'insert', joined]);
    }
    this.#joining.clear();
  }

  /** A port that this transaction itself has added has no rows yet. */
  #noteRemoval(name: string, bridge?: RemovedPort['bridge']): void {
    const { ref } = this.snapshot.ports.get(name) ?? {};
    const qos = (this.snapshot.qos.get(name) ?? []).map(({ _uuid }) => values.readUuid(_uuid));
    if (ref) this.removed.set(name, { id: ref[1], qos, bridge });
  }

  #deleteQos(
    port: string,
    applies: (externalIds: Readonly<Record<string, string>>) => boolean = () => true,
  ): void {
    for (const { _uuid, external_ids } of this.snapshot.qos.get(port) ?? []) {
      if (!applies(values.readStrings(external_ids))) continue;
      const id = values.uuid(values.readUuid(_uuid));
      this.#changes.push({ op: 'delete', table: 'QoS', where: [['_uuid', '==', id]] });
    }
  }

  #guard(table: 'Bridge' | 'Port', name: string, ref: RowRef | undefined): void {
    const key = `${table} ${name}`;
    if (this.#guards.has(key)) return;
    // The server finds a row by id directly, but scans all rows for a name.
    const where: Condition = ref ? ['_uuid', '==', ref] : ['name', '==', name];
    const rows = ref ? [{ name }] : [];
    this.#guards.set(key, {
      op: 'wait',
      table,
      where: [where],
      columns: ['name'],
      until: '==',
      rows,
      timeout: 0,
    });
  }

  /** @param id that the row has had before; only a server of 2.13 or newer takes it */
  #insert(table: string, row: values.Row, id?: string): RowRef {
    const name = `row${++this.#inserted}`;
    const given = id !== undefined && this.keepsIds ? { uuid: id } : {};
    this.#changes.push({ op: 'insert', table, row, 'uuid-name': name, ...given });
    return values.namedUuid(name);
  }

  #update(table: string, ref: RowRef, row: values.Row): void {
    if (Object.keys(row).length === 0) return;
    this.#changes.push({ op: 'update', table, where: [['_uuid', '==', ref]], row });
  }

  #mutate(table: string, where: readonly Condition[], ...mutations: Mutation[]): void {
    if (mutations.length > 0) this.#changes.push({ op: 'mutate', table, where, mutations });
  }
}

function qosRow(port: string, type: string, externalIds: Readonly<Record<string, string>>): values.Row {
  return { type, external_ids: values.map(qosMarks(port, type, ownerIn(externalIds))) };
}

/** An interface with other settings. */
function changed(
  { ref, ...current }: NonNullable<DraftPort['interface']>,
  { type = current.type, externalIds = {}, mtuRequest = current.mtuRequest }: OvsPortSettings,
): NonNullable<DraftPort['interface']> {
  return {
    ref,
    type,
    externalIds: mergeKeys(current.externalIds, externalIds),
    mtuRequest: mtuRequest ?? undefined,
  };
}
