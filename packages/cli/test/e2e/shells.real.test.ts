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

const lines = (text: string) => text.split('\n').filter((line) => line !== '');

/** What zsh finds for a line and a tab: it completes only at a terminal, and tells `compadd` of each match. */
const zshAtTerminal = String.raw`
zmodload zsh/zpty
found=$(mktemp)
zpty shell zsh -f -i
zpty -w shell "autoload -U compinit; compinit -D -u; source $1"
zpty -w shell "compadd() { builtin compadd -O all \"\$@\"; print -rl -- \$all >>$found; builtin compadd \"\$@\" }"
zpty -w -n shell "$2"$'\t'
for (( tries = 0; tries < 200; tries++ )); do [[ -n $(<$found) ]] && break; sleep 0.05; done
zpty -d shell
cat $found; rm $found
`;

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
    [
      ['vif', 'plug', '--format', ''],
      ['json', 'text'],
    ],
    [
      ['vif', 'check', '--format', ''],
      ['json', 'text', 'prometheus'],
    ],
    [['vif', 'man', '--'], ['--help']],
    [['vif', 'list', '--undo'], []],
    [['vif', 'completion', 'z'], ['zsh']],
    [
      ['vif', 'help', 'pl'],
      ['plan', 'plug', 'plugins'],
    ],
    [['vif', 'list', `${folder}/`], []],
    [['vif', 'plug', `${folder}/vif.ba`], [`${folder}/vif.bash`]],
  ] as const)('of bash: %j', async (words, expected) => {
    const script = await printed('vif.bash', 'completion', 'bash');
    const given = words.map((word) => `'${word}'`).join(' ');
    const code = `source ${script}; COMP_WORDS=(${given}); COMP_CWORD=${words.length - 1}; _vif; printf '%s\\n' "\${COMPREPLY[@]}"`;
    expect(lines(output('bash', '--norc', '-u', '-c', code))).toEqual(expected);
  });

  it.each([
    ['vif pl', ['plan', 'plug', 'plugins']],
    ['vif plug --wa', ['--wait']],
    ['vif plug --routing c', ['current']],
    ['vif plug --format ', ['json', 'text']],
    ['vif check --format ', ['json', 'prometheus', 'text']],
    ['vif man --', []],
    ['vif list --undo', []],
    ['vif completion z', ['zsh']],
    ['vif help pl', ['plan', 'plug', 'plugins']],
    ['vif list /', []],
  ] as const)('of fish: %s', async (line, expected) => {
    const script = await printed('vif.fish', 'completion', 'fish');
    const found = lines(output('fish', '--no-config', '-c', `source ${script}; complete -C '${line}'`));
    expect(found.map((each) => each.split('\t')[0])).toEqual(expected);
  });

  it.each([
    ['vif pl', ['plan', 'plug', 'plugins']],
    ['vif plug --format ', ['json', 'text']],
    ['vif --routing newton check --format ', ['json', 'text', 'prometheus']],
    ['vif completion ', ['bash', 'zsh', 'fish']],
    ['vif list --', ['--timeout']],
  ] as const)('of zsh: %s', async (line, expected) => {
    const script = await printed('vif.zsh', 'completion', 'zsh');
    const found = lines(output('zsh', '-f', '-c', zshAtTerminal, 'zsh', script, line));
    expect(found).toEqual(expect.arrayContaining([...expected]));
    const others = ['prometheus', 'svg', '--undo-timeout'].filter(
      (each) => !expected.some((one) => one === each),
    );
    expect(found.filter((each) => others.includes(each))).toEqual([]);
  });

  it('of zsh is loaded by its completion system', async () => {
    const script = await printed('vif.zsh', 'completion', 'zsh');
    const code = `autoload -U compinit; compinit -D -u; source ${script}; print $_comps[vif]; whence -w _vif`;
    expect(output('zsh', '-f', '-c', code)).toBe('_vif\n_vif: function\n');
  });

  it('is refused for another shell', async () => {
    expect(await runVif(['completion', 'tcsh'])).toMatchObject({
      status: 2,
      stderr: expect.stringContaining(
        "'tcsh' is invalid for argument 'shell'. Allowed choices are bash, zsh, fish",
      ),
    });
  });
});
