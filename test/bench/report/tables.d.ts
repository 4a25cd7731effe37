/** @param results what results.json has */
export function renderTables(results: unknown): string;
