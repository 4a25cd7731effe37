import { withDeadline } from '@vifkit/engine/time';
import { memoryHost } from '@vifkit/testkit';
import { inventory, isShared, type Props, type Stage } from './stage.js';

/** Links and Open vSwitch in memory: for what cannot be had here. */
export function memoryStage({ bridges, links }: Props): Stage {
  const host = memoryHost({ ovsBridges: bridges, links: links.map((name) => ({ name })) });
  return {
    title: 'an in-memory host',
    host,
    async inventory() {
      return inventory(Object.keys(host.links.snapshot()), Object.keys(host.ovs.snapshot().ports));
    },
    async removeShared() {
      const shared = Object.values(host.links.snapshot()).filter(isShared);
      const names = shared.map(({ name }) => name);
      const deletions = names.map((name) => ({ op: 'delete', name }) as const);
      await withDeadline(1_000, undefined, (signal) => host.links.write(deletions, signal));
      return names;
    },
    close: () => host.close(),
  };
}
