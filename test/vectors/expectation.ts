import { expect } from 'vitest';
import type { ExpectedLink, ExpectedPort, Row } from './rows.js';
import type { Setup } from './setup.js';

/** A host as a row speaks of it. */
export interface Observation {
  readonly links: Readonly<Record<string, ExpectedLink>>;
  readonly ports: Readonly<Record<string, ExpectedPort>>;
  readonly bridges: Readonly<Record<string, { readonly datapath_type: string }>>;
}

/** Compares a host with what a row expects: each attribute that is spoken of, and nothing left over. */
export function expectHost(row: Row, setup: Setup, seen: Observation): void {
  const { links = {}, ovs_ports = {}, ovs_bridges = {} } = row.expect;
  for (const [name, expected] of Object.entries(links)) {
    expect(seen.links[name], name).toBeDefined();
    expect(seen.links[name], name).toMatchObject(comparable(expected));
  }
  const functions = Object.values(setup.functions);
  const accounted = new Set([
    ...Object.keys(links),
    ...Object.keys(ovs_bridges),
    ...setup.taps,
    ...setup.uplinks,
    ...setup.bridges,
    ...setup.ovsBridges,
    ...functions.flatMap(({ pf, netDevice }) => [pf, netDevice]),
  ]);
  expect(Object.keys(seen.links).filter((name) => !accounted.has(name))).toEqual([]);

  const ports = Object.entries(ovs_ports).map(([name, port]) => [name, { type: '', ...port }]);
  expect(seen.ports).toEqual(Object.fromEntries(ports));
  expect(Object.keys(seen.bridges).sort()).toEqual([...Object.keys(ovs_bridges), ...setup.ovsBridges].sort());
}

/** The kind of a link that 6WIND's tool makes is the tool's own affair. */
function comparable({ kind, ...rest }: ExpectedLink): ExpectedLink {
  return kind === undefined || kind === 'fp' ? rest : { kind, ...rest };
}
