import type { Kernel } from './kernel.js';
import type { Point } from './points.js';

/**
 * The point at which a line of `ip -batch` can be made to fail; undefined for one that only reads, or that continues
 * what an earlier line began: a tap that is made again, a group of links that is deleted, or one that is left.
 * @param before the words of the line before it
 */
export function pointOf(
  words: readonly string[],
  before: readonly string[],
  kernel: Kernel,
): Point | undefined {
  const [object, verb] = words;
  const after = (word: string) => words[words.indexOf(word) + 1] ?? '';
  const link = (what: string): Point => ({ part: 'links', what });
  switch (`${object} ${verb}`) {
    case 'link add':
      return link(`add ${after('name')}`);
    case 'tuntap add':
      return before[1] === 'del' && before[3] === words[3] ? undefined : link(`add ${after('dev')}`);
    case 'tuntap del':
      return link(`remake ${after('dev')}`);
    case 'link set':
      if (words.includes('vf')) return functionPoint(after('dev'), Number(after('vf')), kernel);
      return isOnlyGroup(words) ? groupPoint(after('dev'), after('group')) : link(`set ${after('dev')}`);
    case 'link delete':
      return words.includes('group') ? undefined : link(`delete ${after('dev')}`);
    case 'link property':
      return link(`note ${after('dev')} ${userIn(after('altname'), after('dev'))}`);
    case 'address replace':
      return link(`address ${words[2]} to ${after('dev')}`);
    case 'address delete':
      return link(`address ${words[2]} from ${after('dev')}`);
    case 'route replace':
      return link(`route ${words[2]} over ${after('dev')}`);
    default:
      return undefined;
  }
}

/** `link set dev NAME group GROUP` */
function isOnlyGroup(words: readonly string[]): boolean {
  return words.length === 6 && words[4] === 'group';
}

/** Links that are deleted join a new group with a large number; those that cannot be deleted go back to their own. */
function groupPoint(name: string, group: string): Point | undefined {
  return Number(group) >= 2 ** 16 ? { part: 'links', what: `delete ${name}` } : undefined;
}

function functionPoint(pf: string, number: number, kernel: Kernel): Point {
  const [, found] = kernel.functionsOf(pf).find(([each]) => each === number) ?? [];
  return { part: 'vfs', what: `set ${found?.address}` };
}

function userIn(altname: string, name: string): string {
  const start = `vifkit-${name}-`;
  return altname.startsWith(start) ? altname.slice(start.length) : altname;
}
