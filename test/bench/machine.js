// What the figures depend on.
import { execFileSync } from 'node:child_process';
import { cpus, release } from 'node:os';

/** Versions and the processor; nothing that tells one machine from its twin. */
export function describeMachine() {
  const versionOf = (...argv) => firstLine(argv)?.match(/\d+\.\d+[\w.]*/)?.[0] ?? 'unknown';
  const [processor] = cpus();
  return {
    processor: processor?.model.trim(),
    processors: cpus().length,
    kernel: release(),
    node: process.versions.node,
    python: versionOf('/usr/bin/python3', '--version'),
    'os-vif': versionOf('dpkg-query', '--show', 'python3-os-vif'),
    'open vswitch': versionOf('ovs-vsctl', '--version'),
    iproute2: versionOf('ip', '-Version'),
  };
}

function firstLine([program, ...args]) {
  try {
    return execFileSync(program, args, { encoding: 'utf8' }).split('\n')[0];
  } catch {
    return undefined;
  }
}
