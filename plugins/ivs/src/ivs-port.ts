import type { Requirement } from '@vifkit/core';
import { tapNeeds } from '@vifkit/core/steps';

/** Where `ivs-ctl` comes from. */
export const vendor = "Big Switch Networks' Indigo Virtual Switch";

export const needs: readonly Requirement[] = [
  ...tapNeeds,
  { kind: 'program', name: 'ivs-ctl', from: vendor },
];

export function addPort(link: string): string[] {
  return ['ivs-ctl', 'add-port', link];
}

export function deletePort(link: string): string[] {
  return ['ivs-ctl', 'del-port', link];
}
