import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { vi } from 'vitest';

const script = (folder: string) => `#!/bin/sh
cd '${folder}'
number=0
complain() { echo "$1" >&2; echo "Command failed -:$number" >&2; }
if [ "$2" != -batch ]; then
  echo "$*" >> reads
  cat "pf/$6" 2> /dev/null || { echo "Device \\"$6\\" does not exist." >&2; exit 1; }
  exit
fi
while read -r line; do
  number=$((number + 1))
  if [ "$line" = fence ]; then complain 'Object "fence" is unknown, try "ip help".'; continue; fi
  echo "$line" >> writes
  if echo "$line" | grep -q -f refused; then complain 'RTNETLINK answers: Operation not supported'; fi
done
`;

/** A program `ip` in front of PATH that notes what it is told, and prints what it is given to print. */
export class FakeIp {
  private constructor(readonly folder: string) {}

  static async make(): Promise<FakeIp> {
    const folder = await mkdtemp(join(tmpdir(), 'fake-ip-'));
    await mkdir(join(folder, 'pf'));
    for (const file of ['reads', 'writes', 'refused']) await writeFile(join(folder, file), '');
    await writeFile(join(folder, 'ip'), script(folder), { mode: 0o755 });
    vi.stubEnv('PATH', `${folder}${delimiter}${process.env.PATH}`);
    return new FakeIp(folder);
  }

  /** What it prints of a physical function's virtual functions. */
  async show(pf: string, vfs: readonly object[] | string): Promise<void> {
    const text = typeof vfs === 'string' ? vfs : JSON.stringify([{ ifname: pf, vfinfo_list: vfs }]);
    await writeFile(join(this.folder, 'pf', pf), text);
  }

  /** Refuses lines in which these words are. */
  async refuse(words: string): Promise<void> {
    await writeFile(join(this.folder, 'refused'), `${words}\n`);
  }

  /** The questions it was asked, or the lines it was to carry out, since the last time. */
  async take(what: 'reads' | 'writes'): Promise<string[]> {
    const file = join(this.folder, what);
    const lines = (await readFile(file, 'utf8')).split('\n').filter(Boolean);
    await writeFile(file, '');
    return lines;
  }

  async remove(): Promise<void> {
    vi.unstubAllEnvs();
    await rm(this.folder, { recursive: true });
  }
}
