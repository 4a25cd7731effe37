// How long processes have been on a processor.
import { readFileSync } from 'node:fs';

/** Linux tells it in hundredths of a second, whatever its own clock is. */
const tick = 10;

/** Milliseconds of a process itself, and of those of its children that have ended. */
export function processorTime(pid) {
  const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' '); // a program's name may have spaces
  const [user, system, childrenUser, childrenSystem] = fields.slice(11, 15).map(Number);
  return { own: (user + system) * tick, children: (childrenUser + childrenSystem) * tick };
}
