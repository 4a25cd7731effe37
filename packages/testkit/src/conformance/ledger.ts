import type { CommandStep, Step } from '@vifkit/core/steps';

/**
 * What vendors' tools have done and not undone, as far as commands show it: a command of a plug is undone by exactly
 * the command that is its `undo`, whether an undo or an unplug runs it.
 */
export function outstanding(
  log: readonly (readonly string[])[],
  plugs: readonly (readonly Step[])[],
): string[] {
  const undoOf = new Map<string, string>();
  for (const step of plugs.flat()) {
    if (step.kind === 'command' && step.undo) undoOf.set(written(step.argv), written(step.undo));
  }
  const open = new Set<string>();
  for (const argv of log.map(written)) {
    if (open.delete(argv)) continue;
    const undo = undoOf.get(argv);
    if (undo !== undefined) open.add(undo);
  }
  return [...open].sort();
}

/** Commands of a plug that nothing would undo: neither an `undo` nor the link that they are tied to. */
export function irrevocable(plan: readonly Step[]): string[] {
  return plan
    .filter((step): step is CommandStep => step.kind === 'command')
    .filter(({ undo, whenCreated }) => undo === undefined && whenCreated === undefined)
    .map(({ argv }) => written(argv));
}

function written(argv: readonly string[]): string {
  return argv.join(' ');
}
