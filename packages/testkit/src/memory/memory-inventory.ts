import { asVifError, type VifError } from '@vifkit/core';
import type { HostInventory, Inventory, Thing, VifRecord, VifRecords } from '@vifkit/engine';
import { whenFired } from '@vifkit/engine/time';
import { filterThing, type GuestFilter, linkThing, ownerIn } from '@vifkit/host/parts';
import type { MemoryLinks } from './kernel/memory-links.js';
import type { Points } from './kernel/points.js';
import type { MemoryOvs } from './ovs/memory-ovs.js';

/** What there is on a memory host. It tells of changes that plugs and unplugs make. */
export class MemoryInventory implements HostInventory {
  constructor(
    private readonly points: Points,
    private readonly links: MemoryLinks,
    private readonly ovs: MemoryOvs,
    private readonly filters: { snapshot(): Readonly<Record<string, GuestFilter>> },
  ) {}

  async read(): Promise<Inventory> {
    const links = Object.values(this.links.snapshot()).map(linkThing);
    const filters = Object.entries(this.filters.snapshot()).map(([name, filter]) =>
      filterThing(name, filter),
    );
    return { things: [...links, ...this.#switchThings(), ...filters], failures: [] };
  }

  watch(changed: () => void, signal: AbortSignal): Promise<void> {
    const leave = this.points.listen(changed);
    return new Promise((resolve) => {
      whenFired(signal, () => {
        leave();
        resolve();
      });
    });
  }

  #switchThings(): Thing[] {
    const { bridges, ports } = this.ovs.snapshot();
    return [
      ...Object.entries(bridges).map(
        ([name, { externalIds, datapathType }]): Thing => ({
          kind: 'ovsBridge',
          name,
          vifIds: listed(ownerIn(externalIds)),
          below: [],
          attributes: { datapathType, externalIds },
        }),
      ),
      ...Object.entries(ports).flatMap(([name, { bridge, interface: own, ...port }]): Thing[] => {
        if (name === bridge) return [];
        const mac = own?.externalIds['attached-mac'];
        const instance = own?.externalIds['vm-uuid'];
        return [
          {
            kind: 'ovsPort',
            name,
            vifIds: listed(ownerIn(port.externalIds)),
            below: [`ovsBridge ${bridge}`, `link ${name}`],
            attributes: { bridge, ...port, ...own, externalIds: port.externalIds },
            ...(mac !== undefined && { mac }),
            ...(instance !== undefined && { instance }),
          },
        ];
      }),
    ];
  }
}

function listed(vifId: string | undefined): string[] {
  return vifId === undefined ? [] : [vifId];
}

/** Records of VIFs in memory. */
export class MemoryVifRecords implements VifRecords {
  readonly #records = new Map<string, VifRecord>();
  readonly #listeners = new Set<() => void>();

  async list(): Promise<VifRecord[]> {
    return [...this.#records.values()];
  }

  async read(vifIds: readonly string[]): Promise<VifRecord[]> {
    return vifIds.flatMap((vifId) => this.#records.get(vifId.toLowerCase()) ?? []);
  }

  async put(record: VifRecord): Promise<VifError | undefined> {
    const key = record.vifId.toLowerCase();
    try {
      const request = JSON.parse(JSON.stringify(record.request));
      const { since = record.since, changed } = this.#records.get(key) ?? {};
      this.#records.set(key, { ...(changed !== undefined && { changed }), ...record, request, since });
    } catch (error) {
      return asVifError(error, 'JOURNAL_FAILED', `The record of VIF ${record.vifId} cannot be kept`);
    }
    for (const listener of this.#listeners) listener();
    return undefined;
  }

  async forget(vifId: string): Promise<undefined> {
    this.#records.delete(vifId.toLowerCase());
    for (const listener of this.#listeners) listener();
  }

  watch(changed: () => void, signal: AbortSignal): Promise<void> {
    this.#listeners.add(changed);
    return new Promise((resolve) => {
      whenFired(signal, () => {
        this.#listeners.delete(changed);
        resolve();
      });
    });
  }
}
