import fc from 'fast-check';
import { baseRequests } from './base-requests.js';
import { anyJsonText } from './hostile-values.js';

/** What somebody starts the command with: all but what no system lets through. */
export interface CommandLine {
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** The text of a configuration file, if there is one. */
  readonly config: string | undefined;
  readonly stdin: string;
}

/** Files that a fuzz makes, by the names that its arguments have for them. */
export interface Files {
  readonly pipe: string;
  readonly folder: string;
  readonly noise: string;
}

const commands =
  'config plan plug check unplug show gc object plugins doctor host-info help explain completion man config-file schema'.split(
    ' ',
  );

const settings =
  'routing ovsdb ovsdb-ca ovsdb-cert ovsdb-key ovsdb-name netns sysfs-root state-dir tap-owner root-helper tool-helper plugin timeout undo-timeout'.split(
    ' ',
  );

const words = [
  '',
  ' ',
  '-',
  '--',
  '-1',
  '0',
  '1e400',
  'NaN',
  'Infinity',
  '.',
  '..',
  '/',
  '[]',
  '{}',
  'null',
  '{"VIFBridge": 1}',
  '{"__proto__": "1.0"}',
  'a\nb',
  '\u001b[2J',
  '$(reboot)',
  'A=B',
  'sudo -n',
  '__proto__',
  'constructor',
  'toString',
  'x'.repeat(10_000),
  '\u202e',
  'newton',
  'current',
  'json',
  'nobody',
  '4294967295',
  '99999999999999999999',
  'unix:',
  'unix:/nowhere',
  `unix:/${'x'.repeat(200)}`,
  'tcp:127.0.0.1:1',
  'tcp:127.0.0.1:0',
  'tcp:[::1]:1',
  'ssl:127.0.0.1:1',
  '/dev/null',
  '/dev/zero',
  '/proc/self/mem',
  '/etc/passwd',
] as const;

/** Options as they should be, so that some runs get as far as the host. */
const right = [
  ['--format', 'json'],
  ['--routing', 'current'],
  ['--ovsdb', 'tcp:127.0.0.1:1'],
  ['--keep-none'],
  ['--keep', '-'],
  ['--dry-run'],
  ['--tap-owner', 'nobody'],
  ['--timeline'],
  ['--quiet', '--summary'],
  ['--detailed-exitcode'],
  ['--log-level', 'warn'],
  ['--permit', 'VIFBridge'],
  ['-v'],
] as const;

/** As the names of options, misspelt ones too. */
const flags = [
  ...settings.map((name) => `--${name}`),
  '--format',
  '--config',
  '--keep',
  '--keep-none',
  '--dry-run',
  '--manifest',
  '--permit',
  '--timeline',
  '--instance',
  '--log-level',
  '--quiet',
  '--tiemout',
  '--help',
  '--version',
  '-v',
  '-vv',
  '-x',
];

const variables = [
  ...settings.map((name) => `VIF_${name.toUpperCase().replaceAll('-', '_')}`),
  'VIF_CONFIG',
  'VIF_PLUGINS',
  'VIF_OVS_OVSDB_CONNECTION',
  'VIF_OVS_NETWORK_DEVICE_MTU',
  'VIF_OVS_PER_PORT_BRIDGE',
  'VIF_LINUX_BRIDGE_IPTABLES_TOP_REGEX',
  'VIF_NOTHING_AT_ALL',
];

const lines = baseRequests.map((request) => JSON.stringify(request));
const ids = ['3f0a1b52-0c11-4a51-9d2e-5a6b7c8d9e0f', '3F0A1B52-0C11-4A51-9D2E-5A6B7C8D9E0F', 'eth0', '[', ''];

/** Any command lines, the files of which are these. None takes longer than some tenths of a second. */
export function commandLines(files: Files): fc.Arbitrary<CommandLine> {
  const word = fc.oneof(
    { weight: 3, arbitrary: fc.constantFrom(...words, ...Object.values(files)) },
    {
      weight: 1,
      arbitrary: fc.string({ unit: 'grapheme', maxLength: 20 }).map((text) => text.replaceAll('\0', '')),
    },
  );
  const option = fc.oneof(
    { weight: 12, arbitrary: fc.constantFrom(...right) },
    { weight: 3, arbitrary: fc.tuple(fc.constantFrom(...flags), word) },
    { weight: 1, arbitrary: fc.constantFrom(...flags).map((flag) => [flag]) },
    { weight: 1, arbitrary: word.map((each) => [each]) },
  );
  const command = fc.oneof(
    { weight: 9, arbitrary: fc.constantFrom(...commands) },
    { weight: 1, arbitrary: word },
  );
  const value = fc.oneof(word, fc.constantFrom(0, -1, true, null, 1e308, [], {}), fc.constant('a\0b'));
  const config = fc.oneof(
    {
      weight: 3,
      arbitrary: fc
        .tuple(
          fc.dictionary(fc.constantFrom(...settings, 'format', '__proto__', 'tiemout'), value, {
            maxKeys: 2,
          }),
          fc.oneof(
            fc.dictionary(
              fc.constantFrom('ovs', 'linux_bridge', 'vhostuser', '__proto__', 'nothing'),
              fc.oneof(
                value,
                fc.dictionary(fc.constantFrom('network_device_mtu', 'ovsdb_connection', '__proto__'), value),
              ),
              { maxKeys: 2 },
            ),
            value,
          ),
        )
        .map(([own, plugins]) => JSON.stringify({ ...own, plugins })),
    },
    { weight: 1, arbitrary: anyJsonText },
    { weight: 1, arbitrary: fc.constantFrom('', '{', '['.repeat(100_000), '\ufeff{}') },
  );
  const input = fc.oneof(
    { weight: 2, arbitrary: fc.array(fc.constantFrom(...lines), { maxLength: 3 }) },
    { weight: 1, arbitrary: fc.array(fc.constantFrom(...ids), { maxLength: 3 }) },
    { weight: 1, arbitrary: fc.array(anyJsonText, { maxLength: 2 }) },
  );
  return fc
    .record({
      args: fc
        .tuple(command, fc.array(option, { maxLength: 3 }))
        .map(([name, given]) => [name, ...given.flat(), '--timeout', '0.3']),
      env: fc.oneof(
        { weight: 3, arbitrary: fc.constant({}) },
        { weight: 1, arbitrary: fc.dictionary(fc.constantFrom(...variables), word, { maxKeys: 2 }) },
      ),
      config: fc.option(config, { freq: 1 }),
      stdin: input.map((each) => each.join('\n')),
    })
    .map((each) => ({ ...each, config: each.config ?? undefined }));
}
