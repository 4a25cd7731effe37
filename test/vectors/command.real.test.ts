import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type VifRun, vif } from '../real/vif.js';
import { canonicalXml } from './canonical-xml.js';
import { configRows, refusedRows } from './rows.js';
import { setupOf } from './setup.js';
import { makeSysfs } from './sysfs-tree.js';

describe('the reference rows by `vif config`', () => {
  const rows = [...configRows, ...refusedRows.filter(({ op }) => op === 'config')];
  let sysfs: string;
  let run: VifRun;
  beforeAll(async () => {
    sysfs = mkdtempSync(join(tmpdir(), 'vif-'));
    makeSysfs(sysfs, Object.assign({}, ...rows.map((row) => setupOf(row).functions)));
    run = await vif('config', rows, '--sysfs-root', sysfs);
  });
  afterAll(() => rmSync(sysfs, { recursive: true }));

  it('are answered in their order, and some are refused', () => {
    expect(run.lines.map(({ id }) => id)).toEqual(rows.map(({ id }) => id));
    expect(run.exitCode).toBe(1);
  });

  it.each(rows.map((row, i) => ({ row, i })))('$row.id is as the reference has it', ({ row, i }) => {
    const line = run.lines[i];
    if (row.expect.error) expect(line?.error?.code).toMatch(/^[A-Z_]+$/);
    else expect(canonicalXml(line?.xml ?? '<none/>')).toEqual(canonicalXml(row.expect.xml ?? ''));
  });
});
