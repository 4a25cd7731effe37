import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * What happens at a line of what `ip` is told: it is killed, it may do nothing from there on (it has lost
 * CAP_NET_ADMIN), or it hangs.
 */
export type Breakage = 'dies' | 'is not permitted' | 'hangs';

/** A root helper under which `ip` breaks at a line, once. */
export interface BreakingHelper {
  readonly argv: readonly string[];
  /** From now on, at the n-th line, counted from 1; fences are no lines. */
  breakAt(line: number, breakage: Breakage): Promise<void>;
  /** Makes the n-th file that is written below /proc/sys fail. */
  breakSetting(number: number): Promise<void>;
  /** What it was told since the last call of this, or of the others. */
  heal(): Promise<{ lines: number; settings: number; isBroken: boolean }>;
  close(): Promise<void>;
}

const endings: Readonly<Record<Breakage, string>> = {
  dies: 'kill -9 $$',
  'is not permitted': 'exec setpriv --bounding-set=-net_admin --inh-caps=-net_admin "$@" <"$rest"',
  hangs: 'exec sleep 600',
};

/** Lines and fences come in turn; a fence comes first. */
const script = (folder: string) => `#!/bin/sh
cd '${folder}'
case $1 in
tee)
  echo >>settings
  [ "$(wc -l <settings)" = "$(cat setting-to-break 2>/dev/null)" ] && { touch broken; echo 'Read-only file system' >&2; exit 1; }
  exec "$@" ;;
esac
[ "$3" = -batch ] || exec "$@"
all=$(mktemp ./all.XXXXXX)
rest=$all.rest
cat >"$all"
before=$(wc -l <lines)
grep -v '^fence$' "$all" >>lines
after=$(wc -l <lines)
line=$(cat line-to-break 2>/dev/null || echo 0)
[ "$line" -gt "$before" ] && [ "$line" -le "$after" ] || exec "$@" <"$all"
touch broken
whole=$(( (line - before) * 2 - 1 ))
head -n $whole "$all" | "$@"
tail -n +$((whole + 1)) "$all" >"$rest"
. ./breakage
`;

export async function makeBreakingHelper(): Promise<BreakingHelper> {
  const folder = await mkdtemp(join(tmpdir(), 'helper-'));
  const path = (name: string) => join(folder, name);
  const reset = async () => {
    for (const name of ['line-to-break', 'setting-to-break', 'broken']) await rm(path(name), { force: true });
    for (const name of ['lines', 'settings']) await writeFile(path(name), '');
  };
  const count = async (name: string) => (await readFile(path(name), 'utf8')).split('\n').length - 1;
  await writeFile(path('helper'), script(folder), { mode: 0o755 });
  await reset();
  return {
    argv: [path('helper')],
    async breakAt(line, breakage) {
      await reset();
      await writeFile(path('breakage'), `${endings[breakage]}\n`);
      await writeFile(path('line-to-break'), String(line));
    },
    async breakSetting(number) {
      await reset();
      await writeFile(path('setting-to-break'), String(number));
    },
    async heal() {
      const isBroken = await readFile(path('broken')).then(
        () => true,
        () => false,
      );
      const told = { lines: await count('lines'), settings: await count('settings'), isBroken };
      await reset();
      return told;
    },
    close: () => rm(folder, { recursive: true, force: true }),
  };
}
