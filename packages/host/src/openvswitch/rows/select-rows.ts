import type { Ovsdb } from '../../ovsdb/client.js';
import { type Answers, answerEach, type RowQueries } from './row-query.js';
import { DATABASE } from './schema.js';

/** Asks the server, in one transaction. @throws VifError what `client.transact` throws */
export async function selectRows<Q extends RowQueries>(
  client: Ovsdb,
  queries: Q,
  signal: AbortSignal,
): Promise<Answers<Q>> {
  const selects = new Map(Object.values(queries).map((query) => [query, query.operations()]));
  const operations = [...selects.values()].flat();
  const results = operations.length === 0 ? [] : await client.transact(DATABASE, operations, signal);
  const rows = results.map((result) => result.rows ?? []);
  return answerEach(queries, (query) => query.read(rows.splice(0, selects.get(query)?.length)));
}
