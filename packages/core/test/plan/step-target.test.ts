import { describe, expect, it } from 'vitest';
import type { CommandStep, Step } from '../../src/plan/steps.js';
import { stepKey, stepTarget } from '../../src/plan/steps.js';

const address = '0000:05:10.1';
const done = async () => {};
const command = (...argv: string[]): CommandStep => ({ kind: 'command', argv });

const steps: [Step, string][] = [
  [{ kind: 'link', name: 'tap0' }, 'tap0'],
  [{ kind: 'linkAbsent', name: 'tap0', type: 'tap', own: true }, 'tap0'],
  [{ kind: 'ovsBridge', name: 'br-int', datapathType: 'system' }, 'br-int'],
  [{ kind: 'ovsPort', bridge: 'br-int', name: 'tap0', externalIds: {}, wired: true }, 'tap0'],
  [{ kind: 'ovsPortAbsent', name: 'tap0', own: true }, 'tap0'],
  [{ kind: 'vf', address }, address],
  [command('acmectl', 'bind'), 'acmectl'],
  [{ kind: 'custom', name: 'acme port 1', isDone: async () => true, apply: done, undo: done }, 'acme port 1'],
];

describe('what a step is about', () => {
  it.each(steps)('%o: %s', (step, target) => expect(stepTarget(step)).toBe(target));

  it('is known by a key', () => {
    const keys = steps.map(([step]) => stepKey(step));
    const names = ['link tap0', 'ovsBridge br-int', 'ovsPort tap0', `vf ${address}`, 'custom acme port 1'];
    expect(keys).toEqual(expect.arrayContaining(names));
    expect(keys[0], 'a link and its absence').toBe(keys[1]);
    expect(keys[3], 'a port and its absence').toBe(keys[4]);
    expect(new Set(keys).size, 'all others differ').toBe(steps.length - 2);
  });

  it('is, for the use of a link, the link and its user', () => {
    const use = (name: string, user: string): Step => ({ kind: 'linkUser', name, user });
    expect(stepTarget(use('vlan5', 'a'))).toBe('vlan5');
    expect(stepKey(use('vlan5', 'a'))).toBe(
      stepKey({ kind: 'linkUserAbsent', name: 'vlan5', user: 'a', type: 'vlan' }),
    );
    expect(stepKey(use('vlan5', 'a'))).not.toBe(stepKey(use('vlan5', 'b')));
    expect(stepKey(use('vlan5', 'a'))).not.toBe(stepKey(use('vlan6', 'a')));
  });

  it('is, for a command, the whole of its words', () => {
    expect(stepKey(command('acmectl', 'bind', '1'))).toBe(stepKey(command('acmectl', 'bind', '1')));
    expect(stepKey(command('acmectl', 'bind', '1'))).not.toBe(stepKey(command('acmectl', 'bind', '2')));
    expect(stepKey(command('acmectl', 'a b'))).not.toBe(stepKey(command('acmectl', 'a', 'b')));
  });
});
