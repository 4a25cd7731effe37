import type { Step } from './steps.js';

/** The name of what a step is about: a link, a bridge, a port, a PCI address, a program. */
export function stepTarget(step: Step): string {
  switch (step.kind) {
    case 'vf':
      return step.address;
    case 'command':
      return step.argv[0] ?? '';
    case 'ovsVifPortsAbsent':
      return step.interfaceId;
    default:
      return step.name;
  }
}

/** Two steps of the same key are about the same thing on the host. */
export function stepKey(step: Step): string {
  const family = step.kind.replace(/Absent$/, '');
  if (step.kind === 'command') return `command ${step.argv.join('\0')}`;
  const isUse = step.kind === 'linkUser' || step.kind === 'linkUserAbsent';
  return isUse ? `${family} ${step.name} ${step.user}` : `${family} ${stepTarget(step)}`;
}
