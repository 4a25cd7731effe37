import * as values from '../ovsdb/values.js';
import { hasBridgeMark, ownerIn } from './marks.js';
import type { RowSource } from './rows/database-rows.js';
import { queryTable } from './rows/row-query.js';
import type { OvsMarked } from './state.js';

/** The ports and bridges with our mark. All are read: OVSDB finds a key only together with its value. */
export async function findMarked(source: RowSource, signal: AbortSignal): Promise<OvsMarked> {
  const rows = await source.read(
    {
      ports: queryTable('Port', ['name', 'external_ids']),
      bridges: queryTable('Bridge', ['name', 'external_ids']),
    },
    signal,
  );
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

function readMarks({ name, external_ids }: values.Row) {
  return { name: values.readString(name), externalIds: values.readStrings(external_ids) };
}
