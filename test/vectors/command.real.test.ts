import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type VifRun, vif } from '../real/vif.js';
import { canonicalXml } from './canonical-xml.js';
import { osVif3 } from './os-vif-3.js';
import { configRows, currentRows, refusedRows } from './rows.js';
import { setupOf } from './setup.js';
import { makeSysfs } from './sysfs-tree.js';

describe('the reference rows by `vif config`', () => {
  const rows = [...configRows, ...currentRows, ...refusedRows.filter(({ op }) => op === 'config')];
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

describe('the reference rows by `vif object`', () => {
  // An object is no question of the host: what the guest's card would be refused for does not concern it.
  const rows = currentRows.filter(({ expect: { error } }) => error === undefined);
  let run: VifRun;
  beforeAll(async () => {
    run = await vif('object', rows, '--manifest', JSON.stringify(osVif3));
  });

  it('are answered, each with a line', () => expect(run.lines).toHaveLength(rows.length));

  it.each(rows.map((row, i) => ({ row, i })))('$row.id is as the reference has it', ({ row, i }) => {
    const { object = null, error } = run.lines[i] ?? {};
    expect(object).toEqual(row.expect.object);
    expect(error?.code).toBe(row.expect.object ? undefined : 'NO_CONVERTER');
  });
});
