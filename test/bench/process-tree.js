// What a program and all that it has started take, while they run.
import { readFileSync } from 'node:fs';
import { processorTime } from './processor-time.js';
import { sum } from './stats.js';

/** A process, its children, theirs and so on, by their ids. */
function processTree(pid) {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean);
  return [pid, ...children.flatMap((child) => processTree(Number(child)))];
}

/** Processor time in seconds, which has that of children that have ended, and resident memory in MB. */
export function usedByTree(pid) {
  const used = processTree(pid).map((each) => {
    const { own, children } = processorTime(each);
    const [, kilobytes] = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${each}/status`, 'utf8'));
    return { processor: (own + children) / 1000, memory: (Number(kilobytes) * 1024) / 1e6 };
  });
  return { processor: sum(used.map((each) => each.processor)), memory: sum(used.map((each) => each.memory)) };
}
