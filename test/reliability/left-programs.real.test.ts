import { once } from 'node:events';
import { access, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { requireOwnNetwork } from '@vifkit/testkit/bed';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { hybridPorts } from './hybrid-ports.js';
import { Site } from './site.js';

requireOwnNetwork();

const ports = hybridPorts(4);

let site: Site;
let folder: string;

beforeAll(async () => {
  site = await Site.open();
  folder = await mkdtemp(join(tmpdir(), 'slow-'));
});
afterAll(async () => {
  await site?.close();
  if (folder) await rm(folder, { recursive: true });
});

/**
 * Kills a call once `ip` has reached such a line, which it carries out a second later.
 * @returns waits until it has
 */
async function killAt(operation: 'plug' | 'unplug', line: string): Promise<() => Promise<void>> {
  const helper = join(folder, `${operation}-helper`);
  const [reached, done] = [`${helper}.reached`, `${helper}.done`];
  const script = `#!/bin/bash
    case "$*" in
      ip*-batch*)
        while IFS= read -r line; do
          case "$line" in '${line}'*) [ -e '${reached}' ] || { sleep 0.1; : >'${reached}'; sleep 1; } ;; esac
          echo "$line"
        done | "$@"
        [ ! -e '${reached}' ] || : >'${done}' ;;
      *) exec "$@" ;;
    esac\n`;
  await writeFile(helper, script, { mode: 0o755 });
  const { child } = site.start(operation, ports, '--root-helper', helper);
  await until(reached);
  child.kill('SIGKILL');
  await once(child, 'exit');
  return () => until(done);
}

const until = (file: string) => vi.waitFor(() => access(file), { timeout: 10_000, interval: 5 });

describe('what a killed call has started, and is still at work', () => {
  it('does not delete the links of the plug that follows', async () => {
    expect((await site.run('plug', ports)).exitCode).toBe(0);
    const untilDone = await killAt('unplug', 'link delete');
    expect(await site.run('plug', ports)).toMatchObject({ exitCode: 0 });
    await untilDone();
    const check = await site.run('check', ports);
    expect(check.lines.flatMap(({ differences }) => differences)).toEqual([]);
    expect((await site.run('unplug', ports)).exitCode).toBe(0);
  });

  it('does not make links after the unplug that follows', async () => {
    const untilDone = await killAt('plug', 'link add');
    expect(await site.run('unplug', ports)).toMatchObject({ exitCode: 0 });
    await untilDone();
    expect(await site.leftOvers()).toEqual([]);
  });
});
