import { isVifError } from '@vifkit/core';
import { isUuid } from '@vifkit/core/internal';
import { keyOf, type Thing } from '@vifkit/engine';
import { hostPrograms, type Programs } from '../commands/programs.js';
import { missingProgram } from '../commands/run-program.js';
import { type LinkState, OVS_DATAPATH, vifOf } from '../links/link-state.js';
import type { LinkTable } from '../links/link-table.js';
import type { VfJournal } from '../sriov/vf-journal.js';
import type { VfTable } from '../sriov/vf-table.js';
import type { Source } from './source.js';

/** The kernel's links, and the virtual functions that VIFs have. The kernel reports changes to both in the same way. */
export class KernelSource implements Source {
  constructor(
    private readonly links: Pick<LinkTable, 'read'>,
    private readonly functions: Pick<VfTable, 'read'>,
    private readonly journal: Pick<VfJournal, 'list'>,
    private readonly programs: Programs = hostPrograms,
  ) {}

  async read(signal: AbortSignal): Promise<readonly Thing[]> {
    const [links, functions] = await Promise.all([this.links.read({}, signal), this.#functions(signal)]);
    return [...[...links.values()].map(linkThing), ...functions];
  }

  async watch(changed: () => void, signal: AbortSignal): Promise<void> {
    const following = { onLine: changed, onListening: changed };
    if (!(await this.programs.follow(['ip', '-oneline', 'monitor', 'link'], following, signal))) {
      throw missingProgram('ip');
    }
  }

  async #functions(signal: AbortSignal): Promise<Thing[]> {
    const records = await this.journal.list();
    if (records.size === 0) return [];
    const states = await this.functions.read([...records.keys()], signal);
    return [...records].flatMap(([address, record]): Thing[] => {
      const state = states.get(address);
      if (isVifError(record) || !state || isVifError(state)) return [];
      const { users = [], ...attributes } = state;
      return [
        {
          kind: 'vf',
          name: address,
          vifIds: [record.vifId],
          below: users.map((name) => keyOf({ kind: 'link', name })),
          attributes: { ...attributes },
        },
      ];
    });
  }
}

/** Whether a link leads to a guest, or to a service of Neutron; other links in a bridge are uplinks. */
function leadsIn({ type, name }: LinkState): boolean {
  return type === 'tap' || type === 'tun' || /^(tap|vnet|qv[bo])/.test(name);
}

function linkThing(link: LinkState): Thing {
  const { name, users = [], master, lower, vlan, type, ...rest } = link;
  const owner = vifOf(link);
  // Users are noted by their VIF's id, but those of other releases may not be.
  const vifIds = [...(owner === undefined ? [] : [owner]), ...users.filter(isUuid)];
  const below = [master === OVS_DATAPATH ? undefined : master, lower, vlan?.link];
  return {
    kind: 'link',
    name,
    vifIds: [...new Set(vifIds)],
    below: below.flatMap((each) => (each === undefined ? [] : keyOf({ kind: 'link', name: each }))),
    isUplink: !leadsIn(link),
    attributes: {
      type,
      ...rest,
      ...(master !== undefined && { master }),
      ...(lower !== undefined && { lower }),
      ...(vlan && { vlan }),
      ...(users.length > 0 && { users }),
    },
  };
}
