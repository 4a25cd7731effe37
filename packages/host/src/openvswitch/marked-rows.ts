import * as values from '../ovsdb/values.js';
import { hasBridgeMark, OWNER_KEY, ownerIn } from './marks.js';
import type { RowSource } from './rows/database-rows.js';
import { byExternalId } from './rows/key.js';
import { queryRows, queryTable } from './rows/row-query.js';
import type { OvsMarked } from './state.js';

/**
 * The ports and bridges with our mark.
 * @param vifIds those of these VIFs. Otherwise all rows are read: OVSDB finds a key only together with its value
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
    ports: ports.flatMap(({ name, externalIds }) => {
      const vifId = ownerIn(externalIds);
      return vifId === undefined ? [] : [{ name, vifId }];
    }),
    bridges: bridges.flatMap(({ name, externalIds }) =>
      hasBridgeMark({ externalIds }) ? [{ name, vifId: ownerIn(externalIds) }] : [],
    ),
  };
}

const COLUMNS = ['name', 'external_ids'] as const;

interface MarkedRows {
  readonly ports: readonly values.Row[];
  readonly bridges: readonly values.Row[];
}

function allRows(source: RowSource, signal: AbortSignal): Promise<MarkedRows> {
  return source.read({ ports: queryTable('Port', COLUMNS), bridges: queryTable('Bridge', COLUMNS) }, signal);
}

async function rowsOf(
  source: RowSource,
  vifIds: readonly string[],
  signal: AbortSignal,
): Promise<MarkedRows> {
  const key = byExternalId(OWNER_KEY);
  const { ports, bridges } = await source.read(
    { ports: queryRows('Port', COLUMNS, vifIds, key), bridges: queryRows('Bridge', COLUMNS, vifIds, key) },
    signal,
  );
  return { ports: [...ports.values()].flat(), bridges: [...bridges.values()].flat() };
}

function readMarks({ name, external_ids }: values.Row) {
  return { name: values.readString(name), externalIds: values.readStrings(external_ids) };
}
