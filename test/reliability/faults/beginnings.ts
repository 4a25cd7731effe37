import { Deadline } from '@vifkit/engine/time';
import { sampled } from '../../thorough.js';
import { Bench } from './bench.js';
import type { Case } from './cases.js';

/** What a host is like before a call. */
export interface Beginning {
  readonly title: string;
  start(): Promise<Bench>;
}

export const bare = (of: Case): Beginning => ({ title: 'bare', start: async () => new Bench(of) });

export const plugged = (of: Case): Beginning => ({ title: 'plugged', start: () => Bench.plugged(of) });

/** A VIF of which one thing is gone: one of its links, or of its ports. */
export async function damaged(of: Case): Promise<readonly Beginning[]> {
  const before = new Bench(of).memory.snapshot();
  const { links, ovs } = (await Bench.plugged(of)).memory.snapshot();
  const without = (title: string, take: (bench: Bench) => unknown): Beginning => ({
    title: `without ${title}`,
    async start() {
      const bench = await Bench.plugged(of);
      await take(bench);
      return bench;
    },
  });
  const all = [
    ...Object.keys(links)
      .filter((name) => !before.links[name])
      .map((name) => without(`link ${name}`, ({ memory }) => memory.links.kernel.remove(name))),
    ...Object.keys(ovs.ports)
      .filter((name) => !before.ovs.ports[name] && !ovs.bridges[name])
      .map((name) => without(`port ${name}`, ({ memory }) => removePort(memory, name))),
  ];
  return sampled(all, 2);
}

function removePort({ ovs }: Bench['memory'], name: string): Promise<unknown> {
  const change = { kind: 'removePort', owner: '', name, ifMarked: false } as const;
  return ovs.commit([change], new Deadline(9_000).signal);
}
