import type { Requirement } from './declaration.js';

/** What it takes to make a tap: for the `needs` of plugins that do. */
export const tapNeeds: readonly Requirement[] = [
  { kind: 'program', name: 'ip', from: 'iproute2' },
  { kind: 'device', name: '/dev/net/tun', from: "the kernel's module tun" },
];
