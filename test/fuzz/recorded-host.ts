import type { Host } from '@vifkit/engine';
import { type MemoryHost, memoryHost } from '@vifkit/testkit';

/** A host in memory on which much is there, and what its lowest level was given: links, Open vSwitch, programs. */
export interface RecordedHost {
  readonly host: MemoryHost;
  readonly given: unknown[];
}

export function recordedHost(): RecordedHost {
  const links = ['eth0', 'eth7', 'tap0'].map((name) => ({ name }));
  const functions = { '0000:05:10.1': { pf: 'eth0', index: 1, netDevice: 'eth0v1' } };
  const host = memoryHost({ links, ovsBridges: ['br-int'], pci: functions });
  const given: unknown[] = [];
  record(host.links, 'write', given);
  record(host.ovs, 'commit', given);
  record(host.commands, 'run', given);
  return { host, given };
}

/** Notes the first argument of each call. */
function record<K extends string>(
  part: { [key in K]: (...args: never[]) => unknown },
  name: K,
  given: unknown[],
): void {
  const call = part[name];
  part[name] = (...args: never[]) => {
    given.push(args[0]);
    return call.apply(part, args);
  };
}

/** A host of which nothing may be asked; `touched` counts what is asked of it all the same. */
export function untouchableHost(): { readonly host: Host; readonly touched: () => number } {
  let touched = 0;
  const guard = <T extends object>(part: T): T =>
    new Proxy(part, {
      get(target, key) {
        const value: unknown = Reflect.get(target, key);
        if (typeof value !== 'function') return value;
        return (...args: unknown[]) => {
          touched += 1;
          return Reflect.apply(value, target, args);
        };
      },
    });
  const host = memoryHost();
  const guarded = { ...host, facts: guard(host.facts), runners: host.runners.map(guard) };
  return { host: guarded, touched: () => touched };
}

/** All text in a value, the names of its keys included. */
export function textsOf(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null) return [];
  if (value instanceof Map || value instanceof Set) return textsOf([...value]);
  return Object.entries(value).flatMap(([key, each]) => [key, ...textsOf(each)]);
}
