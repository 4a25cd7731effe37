import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { isVifError } from '@vifkit/core';
import type { Owned } from '@vifkit/core/step-kinds';
import type { OvsBridgeAbsentStep, OvsPortAbsentStep } from '@vifkit/core/steps';
import { codeOf } from '../kernel/error-code.js';
import { hasAddress, type LinkAddressing } from '../links/addresses/link-addresses.js';
import * as values from '../ovsdb/values.js';
import { hasBridgeMark, OWNER_KEY, ownerIn, PORT_KEY, searchedIds } from './marks.js';
import type { RowSource } from './rows/database-rows.js';
import { byExternalId, queryRows, queryTable } from './rows/queries.js';

/** The ports and bridges that carry our mark, with the VIFs that they were made for. */
export interface OvsMarked {
  readonly ports: readonly { readonly name: string; readonly vifId: string }[];
  /** The VIF is undefined for bridges that were not made for a particular one. */
  readonly bridges: readonly { readonly name: string; readonly vifId: string | undefined }[];
}

type OwnedSwitch = Owned<OvsPortAbsentStep | OvsBridgeAbsentStep>;

/**
 * The steps that remove the ports and bridges with our mark; a bridge is removed once it is idle. A shared bridge also
 * serves the host if its local port has an address.
 */
export function ownedByMark(
  { ports, bridges }: OvsMarked,
  addressing: ReadonlyMap<string, LinkAddressing>,
): OwnedSwitch[] {
  return [
    ...ports.map(
      ({ name, vifId }): OwnedSwitch => ({ vifId, step: { kind: 'ovsPortAbsent', name, own: false } }),
    ),
    ...bridges.flatMap(({ name, vifId }): OwnedSwitch[] => {
      const servesHost = vifId === undefined && hasAddress(addressing, name);
      return servesHost ? [] : [{ vifId, step: { kind: 'ovsBridgeAbsent', name, own: false } }];
    }),
  ];
}

const COLUMNS = ['name', 'external_ids'] as const;

/**
 * The ports and bridges with our mark.
 * @param vifIds only those of these VIFs. Otherwise all rows are read: OVSDB can search for a key only together with
 *   its value
 */
export async function findMarked(
  source: RowSource,
  signal: AbortSignal,
  vifIds?: readonly string[],
): Promise<OvsMarked> {
  const rows = await (vifIds ? rowsOf(source, vifIds, signal) : allRows(source, signal));
  const ports = rows.ports.map(readMarks);
  const bridges = rows.bridges.map(readMarks);
  return {
    ports: [...ports, ...leftOf(rows)].flatMap(({ name, externalIds }) => {
      const vifId = ownerIn(externalIds);
      return vifId === undefined ? [] : [{ name, vifId }];
    }),
    bridges: bridges.flatMap(({ name, externalIds }) =>
      hasBridgeMark({ externalIds }) ? [{ name, vifId: ownerIn(externalIds) }] : [],
    ),
  };
}

interface MarkedRows {
  readonly ports: readonly values.Row[];
  readonly bridges: readonly values.Row[];
  readonly qos?: readonly values.Row[];
}

/** The ports that somebody else has removed, and left their QoS rows: as if they were there. */
function leftOf({ ports, qos = [] }: MarkedRows) {
  const present = new Set(ports.map(({ name }) => values.readString(name)));
  return qos.flatMap(({ external_ids }) => {
    const externalIds = values.readStrings(external_ids);
    const name = externalIds[PORT_KEY];
    return name === undefined || present.has(name) ? [] : [{ name, externalIds }];
  });
}

function allRows(source: RowSource, signal: AbortSignal): Promise<MarkedRows> {
  const [ports, bridges] = [queryTable('Port', COLUMNS), queryTable('Bridge', COLUMNS)];
  return source.read({ ports, bridges, qos: queryTable('QoS', ['external_ids']) }, signal);
}

async function rowsOf(
  source: RowSource,
  vifIds: readonly string[],
  signal: AbortSignal,
): Promise<MarkedRows> {
  const [key, ids] = [byExternalId(OWNER_KEY), vifIds.flatMap(searchedIds)];
  const { ports, bridges } = await source.read(
    { ports: queryRows('Port', COLUMNS, ids, key), bridges: queryRows('Bridge', COLUMNS, ids, key) },
    signal,
  );
  return { ports: [...ports.values()].flat(), bridges: [...bridges.values()].flat() };
}

function readMarks({ name, external_ids }: values.Row) {
  return { name: values.readString(name), externalIds: values.readStrings(external_ids) };
}

/**
 * Whether an error means that the host has no Open vSwitch, rather than that its server is down: even the folder for
 * its socket, which is made at the first start, is missing. A server that went away causes no error from the kernel.
 */
export function meansNoSwitch(error: unknown): boolean {
  if (!isVifError(error, 'OVSDB_UNREACHABLE') || codeOf(error.cause) !== 'ENOENT') return false;
  const address = addressOf(error.cause);
  if (address === undefined) return false;
  return !existsSync(dirname(address));
}

/** The path of the socket that could not be connected to; the error of an unknown host name (`tcp:`) has none. */
function addressOf(error: unknown): string | undefined {
  if (!(error instanceof Error && 'address' in error)) return undefined;
  return typeof error.address === 'string' ? error.address : undefined;
}
