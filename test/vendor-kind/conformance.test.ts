import {
  announce,
  type Plan,
  type PlanContext,
  unsupportedVif,
  type VifPlugin,
  vifPlugin,
} from '@vifkit/core';
import { requireField, type VIFBase, VIFGeneric } from '@vifkit/core/os-vif';
import { conformance } from '@vifkit/testkit/conformance';
import acme from './acme-fifo.js';
import { tapRequest } from './tap-requests.js';

/** A tap with a queue, and nothing else. */
@vifPlugin({ name: 'acme-fifo', makesTaps: true, needs: [{ kind: 'program', name: 'tc', from: 'iproute2' }] })
class QueuePlugin implements VifPlugin {
  describe() {
    return announce('acme-fifo', [[VIFGeneric, []]]);
  }

  plug(vif: VIFBase, { tap: { multiQueue } }: PlanContext): Plan {
    const link = tapOf(vif);
    return [
      { kind: 'link', name: link, create: { type: 'tap', multiQueue }, set: { up: true } },
      { kind: 'acme:fifo', link, limit: 100 },
    ];
  }

  unplug(vif: VIFBase): Plan {
    const link = tapOf(vif);
    return [
      { kind: 'acme:fifoAbsent', link },
      { kind: 'linkAbsent', name: link, type: 'tap', own: true },
    ];
  }
}

function tapOf(vif: VIFBase): string {
  if (vif instanceof VIFGeneric) return requireField(vif, 'vif_name', vif.id);
  throw unsupportedVif('acme-fifo', vif);
}

/** A `tc` that the runner of the package reads and writes with. */
function queues() {
  const limits = new Map<string, number>();
  const tc = ([, , verb, ...words]: readonly string[]) => {
    const [link = '', limit] = [words[1], words.at(-1)];
    if (verb === 'replace') limits.set(link, Number(limit));
    if (verb === 'del') limits.delete(link);
    return JSON.stringify([...limits].map(([dev, limit]) => ({ handle: 'acf1:', dev, options: { limit } })));
  };
  return { snapshot: () => [...limits], commands: { tc: { stdout: tc } } };
}

// The suite is the assertion: a program by which a runner reads is neither a write nor a place to fail.
await conformance({
  plugins: { ...acme, provides: [QueuePlugin] },
  requests: [{ id: 'a queue', ...tapRequest(1) }],
  vendor: queues,
});
