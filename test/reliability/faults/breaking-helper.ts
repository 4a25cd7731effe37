import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * What happens at a line of what `ip` is told: it is killed, once or also when it is told the rest; it may do nothing
 * from there on (it has lost CAP_NET_ADMIN), or it hangs.
 */
export type Breakage = 'dies' | 'dies twice' | 'is not permitted' | 'hangs';

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
  'dies twice': 'touch dies-again; kill -9 $$',
  'is not permitted': 'exec setpriv --bounding-set=-net_admin --inh-caps=-net_admin "$@" <"$rest"',
  hangs: 'exec sleep 600',
};

/** Fences stand between the lines. */
const script = (folder: string) => `#!/bin/sh
cd '${folder}'
case $1 in
tee)
  shift
  value=$(cat)
  status=0
  for file; do
    number=$(flock lock sh -c 'echo >>settings; wc -l <settings') # several are told at a time
    if [ "$number" = "$(cat setting-to-break 2>/dev/null)" ]; then
      touch broken; echo "tee: $file: Read-only file system" >&2; status=1
    else
      printf %s "$value" | tee "$file" >/dev/null || status=1
    fi
  done
  exit $status ;;
esac
[ "$3" = -batch ] || exec "$@"
all=$(mktemp ./all.XXXXXX)
rest=$all.rest
cat >"$all"
[ -e dies-again ] && { rm dies-again; head -n 1 "$all" | "$@"; kill -9 $$; }
before=$(wc -l <lines)
grep -v '^fence$' "$all" >>lines
after=$(wc -l <lines)
line=$(cat line-to-break 2>/dev/null || echo 0)
[ "$line" -gt "$before" ] && [ "$line" -le "$after" ] || exec "$@" <"$all"
touch broken
awk '$0 != "fence" { n++ } n < k' k=$((line - before)) "$all" | "$@"
awk '$0 != "fence" { n++ } n >= k' k=$((line - before)) "$all" >"$rest"
. ./breakage
`;

export async function makeBreakingHelper(): Promise<BreakingHelper> {
  const folder = await mkdtemp(join(tmpdir(), 'helper-'));
  const path = (name: string) => join(folder, name);
  const reset = async () => {
    for (const name of ['line-to-break', 'setting-to-break', 'broken', 'dies-again'])
      await rm(path(name), { force: true });
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
