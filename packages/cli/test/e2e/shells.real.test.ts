import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { commandTable } from '../../src/commands/command-table.js';
import { commonOptions } from '../../src/settings/options.js';
import { runVif } from '../support/run-vif.js';

const folder = mkdtempSync(join(tmpdir(), 'vif-shells-'));
afterAll(() => rmSync(folder, { recursive: true }));

async function printed(name: string, ...args: readonly string[]): Promise<string> {
  const { status, stdout, stderr } = await runVif(args);
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  const path = join(folder, name);
  writeFileSync(path, stdout);
  return path;
}

/** What a program prints, standard error included: none of them has anything to complain about. */
function output(program: string, ...args: readonly string[]): string {
  return execFileSync('sh', ['-c', 'exec "$0" "$@" 2>&1', program, ...args], { encoding: 'utf8' });
}

const lines = (text: string) => text.trimEnd().split('\n');

describe('the manual page', () => {
  it('is what man takes without a warning, and has every command and option', async () => {
    const page = await printed('vif.1', 'man');
    const env = { ...process.env, MANWIDTH: '200', MANPAGER: 'cat', LC_ALL: 'C.UTF-8' };
    const text = execFileSync('sh', ['-c', 'man --warnings --local-file "$0" 2>&1', page], {
      env,
      encoding: 'utf8',
    });
    expect(text).not.toMatch(/warning|error:/i);
    const options = [...commonOptions(), ...commandTable.flatMap((entry) => entry.options?.() ?? [])];
    const missing = [
      ...commandTable
        .map(({ name }) => name)
        .filter((name) => !new RegExp(`^ +${name}( |$)`, 'm').test(text)),
      ...options.map(({ flags }) => flags).filter((flags) => !text.includes(`\n       ${flags}`)),
    ];
    expect(missing).toEqual([]);
    expect(text).toMatch(/VIF_CONNECT\n +The same as --connect/);
  });
});

describe('completion', () => {
  it.each([
    [
      ['vif', 'pl'],
      ['plan', 'plug', 'plugins'],
    ],
    [['vif', 'plug', '--wa'], ['--wait']],
    [['vif', 'check', '--detailed'], ['--detailed-exitcode']],
    [['vif', 'plan', '--wa'], []],
    [
      ['vif', 'plug', '--phase', ''],
      ['prepare', 'activate'],
    ],
    [
      ['vif', 'unplug', '--phase', ''],
      ['deactivate', 'release'],
    ],
    [['vif', '--format', 't'], ['text']],
    [['vif', 'plug', '--routing', 'c'], ['current']],
    [['vif', 'plug', `${folder}/vif.ba`], [`${folder}/vif.bash`]],
  ] as const)('of bash: %j', async (words, expected) => {
    const script = await printed('vif.bash', 'completion', 'bash');
    const given = words.map((word) => `'${word}'`).join(' ');
    const code = `source ${script}; COMP_WORDS=(${given}); COMP_CWORD=${words.length - 1}; _vif; printf '%s\\n' "\${COMPREPLY[@]}"`;
    expect(lines(output('bash', '--norc', '-u', '-c', code)).filter((line) => line !== '')).toEqual(expected);
  });

  it.each([
    ['vif pl', ['plan', 'plug', 'plugins']],
    ['vif plug --wa', ['--wait']],
    ['vif plug --routing c', ['current']],
  ] as const)('of fish: %s', async (line, expected) => {
    const script = await printed('vif.fish', 'completion', 'fish');
    const found = lines(output('fish', '--no-config', '-c', `source ${script}; complete -C '${line}'`));
    expect(found.map((each) => each.split('\t')[0])).toEqual(expected);
  });

  it('of zsh is loaded by its completion system', async () => {
    const script = await printed('vif.zsh', 'completion', 'zsh');
    const code = `autoload -U compinit; compinit -D -u; source ${script}; print $_comps[vif]; whence -w _vif`;
    expect(output('zsh', '-f', '-c', code)).toBe('_vif\n_vif: function\n');
  });

  it('is refused for another shell', async () => {
    expect(await runVif(['completion', 'tcsh'])).toMatchObject({
      status: 2,
      stderr: "vif: There is no completion for 'tcsh'; there is for bash, zsh and fish\n",
    });
  });
});
