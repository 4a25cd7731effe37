#!/usr/bin/env node
// Runs the tests in a network namespace of their own: they make links and Open vSwitch bridges for real. In the folder
// of a package it runs that package's; everywhere it takes Vitest's arguments (paths, --project NAME).
import { spawn, spawnSync } from 'node:child_process';
import {
  accessSync,
  closeSync,
  constants,
  existsSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { delimiter, dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const root = process.getuid() === 0;
const inCi = Boolean(process.env.CI);
const programs = [
  'ip',
  'ethtool',
  'nft',
  'sudo',
  'setpriv',
  'systemctl',
  'systemd-analyze',
  'ping',
  'strace',
  'unshare',
  'ovsdb-server',
  'ovs-vswitchd',
  'ovs-vsctl',
  'ovn-controller',
  'ovn-northd',
  'libvirtd',
  'virsh',
  'xmllint',
  'depmod',
  'xz',
  'qemu-system-x86_64',
  'chromium',
  'lintian',
  'zsh',
  'fish',
  'man',
  'groff',
];

/** Packages that bring none of them. */
const packages = {
  'openvswitch-switch-dpdk': () => existsSync('/usr/lib/openvswitch-switch-dpdk/ovs-vswitchd-dpdk'),
  // Without it vhost-user ports open all the same, but no guest's link ever comes up.
  'librte-mempool-ring': () => dpdkDrivers().some((file) => file.startsWith('librte_mempool_ring.')),
  'ipxe-qemu': () => existsSync('/usr/lib/ipxe/qemu/efi-virtio.rom'),
  'python3-os-vif': () => existsSync('/usr/lib/python3/dist-packages/os_vif'),
  'python3-nova': () => existsSync('/usr/lib/python3/dist-packages/nova'),
};

/** What is in /usr/lib/ARCHITECTURE/dpdk/pmds-VERSION. */
function dpdkDrivers() {
  const entries = (folder) => (existsSync(folder) ? readdirSync(folder) : []);
  const folders = readdirSync('/usr/lib').map((architecture) => join('/usr/lib', architecture, 'dpdk'));
  return folders.flatMap((dpdk) => entries(dpdk).flatMap((version) => entries(join(dpdk, version))));
}

function find(program) {
  const folders = [...process.env.PATH.split(delimiter), '/usr/sbin', '/sbin'];
  return folders.map((folder) => join(folder, program)).find((path) => existsSync(path));
}

function missing() {
  const lacking = programs.filter((program) => !find(program));
  lacking.push(...Object.keys(packages).filter((name) => !packages[name]()));
  try {
    accessSync('/dev/net/tun', constants.W_OK);
  } catch {
    lacking.push('write access to /dev/net/tun');
  }
  return lacking;
}

if (missing().length > 0 && root && find('apt-get')) {
  spawnSync(here('../.ci/install-packages'), { stdio: 'inherit' });
}

const lacking = missing();
const excluded = [];
if (lacking.length > 0) {
  console.error(`\nMISSING on this machine: ${lacking.join(', ')}.`);
  if (inCi) process.exit(1);
  console.error('The tests on the real kernel, Open vSwitch and libvirt (*.real.test.ts) are LEFT OUT.');
  console.error(
    'On Debian, `sudo .ci/install-packages` brings what they need; root may write /dev/net/tun.\n',
  );
  excluded.push('--exclude', '**/*.real.test.ts');
}

// What virtual machines boot comes from Debian's mirror, which the namespace cannot reach.
if (lacking.length === 0) {
  try {
    await (await import('@vifkit/testkit/bed')).fetchVirtualMachine();
  } catch (error) {
    console.error(`\nThe tests with machines and guests (test/vm, guests) are LEFT OUT: ${error.message}\n`);
    if (inCi) process.exit(1);
    excluded.push('--exclude', 'test/vm/**', '--exclude', '**/guests/**');
  }
}

// The other releases of Node.js come from npm's registry, which the namespace cannot reach either.
let releases = new Map();
try {
  const bed = await import('@vifkit/testkit/bed');
  await bed.fetchNodeReleases();
  releases = bed.nodeReleases();
} catch (error) {
  console.error(`\nThe tests on other releases of Node.js (test/node) are LEFT OUT: ${error.message}\n`);
  if (inCi) process.exit(1);
  excluded.push('--exclude', 'test/node/**');
}

if (!root) {
  console.error(
    '\nThe tests of rights and with guests (test/privilege, guests) are LEFT OUT: they need root.\n',
  );
  excluded.push('--exclude', 'test/privilege/**', '--exclude', '**/guests/**');
}

const smokeReleases = ['22', '24'];

/** What is run on the other releases, too: time, sockets and loading are where they differ. */
const smoke = [
  'packages/engine/test/time',
  'packages/engine/test/driver',
  'packages/host/test/commands',
  'packages/host/test/locks',
  'packages/host/test/ovsdb/client',
  'packages/host/test/ovsdb/tls',
  'test/gc',
  'test/real/failed-plug',
  'test/real/hybrid',
  'test/real/vendor-tools',
];

const inMemory = ['unit', 'schemas', 'fuzz', 'faults'];
const workers = `--maxWorkers=${Math.max(1, availableParallelism() - 1)}`;

/** Other tests plug VIFs of the same ids at the same time. */
const ownStateDirectory =
  'mkdir -p /run/vifkit 2>/dev/null && mount -t tmpfs -o mode=700 none /run/vifkit; exec "$@"';

/**
 * Runs Vitest in a network namespace of its own, with a default state directory of its own, and resolves to its exit status.
 * @param options of `spawn`
 */
function runTests(node, args, options = { stdio: 'inherit' }) {
  const vitest = [node, here('../node_modules/vitest/vitest.mjs'), 'run', ...excluded, ...args];
  const namespaces = ['unshare', ...(root ? [] : ['--user', '--map-root-user']), '--net', '--mount', '--'];
  const inside = [...namespaces, 'sh', '-c', ownStateDirectory, 'sh'];
  const [program, ...rest] = [...(find('unshare') ? inside : []), ...vitest];
  const child = spawn(program, rest, {
    ...options,
    env: {
      ...process.env,
      PATH: `${dirname(node)}${delimiter}${process.env.PATH}`, // for programs that begin with `env node`
      VIFKIT_OUTER_NETNS: readlinkSync('/proc/self/ns/net'),
    },
  });
  return new Promise((resolve) => {
    child.once('error', (error) => {
      console.error(error.message);
      resolve(1);
    });
    child.once('close', (status) => resolve(status ?? 1));
  });
}

const reports = mkdtempSync(join(tmpdir(), 'vifkit-tests-'));

/** As {@link runTests}, with a report for the summary of a whole run. */
function runReported(name, node, args, options) {
  const file = join(reports, `${name}.json`);
  return runTests(
    node,
    [...args, '--reporter=default', '--reporter=json', `--outputFile.json=${file}`],
    options,
  );
}

const projects = (names) => names.flatMap((name) => ['--project', name]);

/** Several runs, one after the other. @param output where they print to */
async function runLane(lane, output) {
  const statuses = [];
  for (const { title, node = process.execPath, args } of lane) {
    const heading = `\nOn Node.js ${title}:\n`;
    if (output === 'inherit') process.stdout.write(heading);
    else writeSync(output, heading);
    statuses.push(await runReported(title, node, args, { stdio: ['ignore', output, output] }));
  }
  return statuses;
}

/** The same, with what they print in a file. */
async function runHidden(lane) {
  const file = join(reports, 'output');
  const output = openSync(file, 'w');
  const statuses = await runLane(lane, output);
  closeSync(output);
  return { file, statuses };
}

/** What a whole run consists of: two lanes side by side. More of them would take each other's processors. */
function lanes() {
  const { node: current } = process.versions;
  // Deadlines, locks and signals have been tried on all of them by now: see test/node.
  const others = [...releases].filter(([release]) => smokeReleases.includes(release));
  const onOthers = others.map(([release, node]) => ({ title: release, node, args: [...smoke, workers] }));
  const onHost = lacking.length === 0;
  return [
    onHost ? [{ title: `${current} on the host`, args: projects(['real']) }] : [],
    [
      ...(onHost
        ? [{ title: `${current} with guests and faults`, args: projects(['guests', 'real-faults']) }]
        : []),
      { title: `${current} in memory`, args: [...projects(inMemory), workers] },
      ...onOthers,
    ],
  ];
}

/** All tests: the first lane is shown as it goes on, the second once both are done. */
async function runAll() {
  const [shown, hidden] = lanes();
  const [statuses, beside] = await Promise.all([runLane(shown, 'inherit'), runHidden(hidden)]);
  if (lacking.length === 0) {
    // Deadlines, to the second: nothing else runs meanwhile.
    const title = `${process.versions.node} in time`;
    statuses.push(...(await runLane([{ title, args: projects(['node']) }], 'inherit')));
  }
  process.stdout.write(readFileSync(beside.file));
  printFailures();
  return [...statuses, ...beside.statuses];
}

/** What failed, told once more at the end: between thousands of lines it is not seen. An error outside of any test is above. */
function printFailures() {
  for (const name of readdirSync(reports).filter((each) => each.endsWith('.json'))) {
    const { testResults } = JSON.parse(readFileSync(join(reports, name), 'utf8'));
    for (const { name: file, status: outcome, message, assertionResults } of testResults) {
      const failed = assertionResults.filter((test) => test.status === 'failed');
      if (outcome !== 'failed' && failed.length === 0) continue;
      console.log(`\nFAILED (Node.js ${name.replace('.json', '')}): ${relative(here('..'), file)}`);
      if (failed.length === 0) console.log(message);
      for (const test of failed) {
        const lines = test.failureMessages.join('\n').split('\n');
        const telling = lines.filter((line) => !line.includes('/node_modules/')).slice(0, 20);
        console.log([`  ${test.fullName}`, ...telling].join('\n    '));
      }
    }
  }
}

const given = process.argv.slice(2);
const isWhole = given.length === 0 && process.cwd() === dirname(here('.'));
const statuses = isWhole ? await runAll() : [await runTests(process.execPath, given)];
rmSync(reports, { recursive: true });
process.exitCode = Math.max(...statuses);
