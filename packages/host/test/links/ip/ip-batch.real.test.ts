import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Deadline } from '@vifkit/engine/time';
import { listLinks, requireOwnNetwork } from '@vifkit/testkit/bed';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { IpBatch } from '../../../src/links/ip/ip-batch.js';

const soon = () => new Deadline(20_000).signal;
const run = (...lines: string[]) => new IpBatch([]).run(lines, soon());

beforeAll(requireOwnNetwork);

afterEach(async () => {
  const left = listLinks().filter((name) => /^t-/.test(name));
  await run(...left.map((name) => `link delete dev ${name}`));
});

/** A root helper: a shell script that is given `ip` and its arguments. */
async function withHelper(
  script: string,
  use: (helper: string, folder: string) => Promise<void>,
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'ip-batch-'));
  const helper = join(folder, 'helper');
  try {
    await writeFile(helper, `#!/bin/sh\nfolder=${folder}\n${script}\n`);
    await chmod(helper, 0o755);
    await use(helper, folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

describe('ip -batch', () => {
  it('runs nothing without lines', async () => {
    expect(await run()).toEqual([]);
  });

  it('carries out lines in order', async () => {
    expect(await run('link add name t-a type bridge', 'link set dev t-a up')).toEqual([undefined, undefined]);
    expect(listLinks()).toContain('t-a');
  });

  it('reports which line failed and why, and goes on past it', async () => {
    const complaints = await run(
      'link add name t-a type bridge',
      'link add name t-a type bridge',
      'link set dev t-none up',
      'link set dev t-a mtu 10',
      'link add name t-b type bridge',
    );
    expect(complaints).toEqual([
      undefined,
      'RTNETLINK answers: File exists',
      'Cannot find device "t-none"',
      'Error: mtu less than device minimum.',
      undefined,
    ]);
    expect(listLinks()).toContain('t-b');
  });

  it('goes on behind a line that makes ip exit', async () => {
    const complaints = await run(
      'link set dev lo master t-none',
      'link add name t-a type bridge',
      'link set dev t-a mtu many',
      'link set dev t-a master t-none',
      'link add name t-b type bridge',
    );
    expect(complaints).toEqual([
      expect.stringContaining('Device does not exist'),
      undefined,
      expect.stringContaining('Invalid "mtu" value'),
      expect.stringContaining('Device does not exist'),
      undefined,
    ]);
    expect(listLinks()).toEqual(expect.arrayContaining(['t-a', 't-b']));
  });

  it('reads all of the input that follows a line that makes ip exit', async () => {
    const rest = Array.from({ length: 3000 }, () => 'link set dev t-a up');
    const complaints = await run('link add name t-a type bridge', 'link set dev t-a mtu many', ...rest);
    expect(complaints).toHaveLength(3002);
    expect(complaints.filter((complaint) => complaint !== undefined)).toHaveLength(1);
  });

  describe('of which a process lives on', () => {
    const lasting = new IpBatch([], { lifetime: 60_000 });
    afterAll(() => lasting.close());

    it('finds links that others have made anew since the last call', async () => {
      await lasting.run(
        ['link add name t-a type bridge', 'link add name t-v type veth peer name t-w'],
        soon(),
      );
      await lasting.run(['link set dev t-v master t-a'], soon());
      await run('link delete dev t-a', 'link add name t-a type bridge');
      const lines = ['link set dev t-v master t-a', 'link set dev t-a up', 'link set dev t-none up'];
      const complaints = await lasting.run(lines, soon());
      expect(complaints).toEqual([undefined, undefined, 'Cannot find device "t-none"']);
    });

    it('goes on behind a line that makes ip exit, and the next call too', async () => {
      const lines = ['link add name t-a type bridge', 'link set dev t-a mtu many', 'link set dev t-a up'];
      const complaints = [undefined, expect.stringContaining('Invalid "mtu" value'), undefined];
      expect(await lasting.run(lines, soon())).toEqual(complaints);
      expect(await lasting.run(['link set dev t-a down'], soon())).toEqual([undefined]);
    });

    it('keeps the replies of calls apart that are made at the same time', async () => {
      const calls = ['t-a', 't-b', 't-c'].map((name) =>
        lasting.run([`link set dev ${name}0 up`, `link add name ${name} type bridge`], soon()),
      );
      expect(await Promise.all(calls)).toEqual(
        ['t-a', 't-b', 't-c'].map((name) => [`Cannot find device "${name}0"`, undefined]),
      );
    });
  });

  describe('of which a process is killed', () => {
    const lines = ['t-a', 't-b', 't-c'].map((name) => `link add name ${name} type bridge`);
    /** Each process but the last is killed when it has been told so many lines. */
    const script = (...told: number[]) => `shift $#
echo >>"$folder/processes"
case $(wc -l <"$folder/processes") in
${told.map((count, i) => `${i + 1}) head -n ${count} | ip -force -batch -; kill -KILL $$ ;;`).join('\n')}
esac
exec ip -force -batch -`;
    const made = () => listLinks().filter((name) => name.startsWith('t-'));

    it('carries out what that had not come to, and takes what it had done for done', async () => {
      await withHelper(script(3), async (helper) => {
        expect(await new IpBatch([helper]).run(lines, soon())).toEqual([undefined, undefined, undefined]);
      });
      expect(made()).toEqual(['t-a', 't-b', 't-c']);
    });

    it('fails a line at which another is killed, and carries out the others', async () => {
      await withHelper(script(1, 3), async (helper) => {
        const complaints = await new IpBatch([helper]).run(lines, soon());
        expect(complaints).toEqual([undefined, expect.stringContaining('without output'), undefined]);
      });
      expect(made()).toEqual(['t-a', 't-c']);
    });

    it('does not take what is there for done, where no process may have come to it', async () => {
      await run('link add name t-c type bridge');
      await withHelper(script(1), async (helper) => {
        const many = Array.from({ length: 20 }, () => 'link set dev lo up');
        const complaints = await new IpBatch([helper]).run([...many, ...lines], soon());
        expect(complaints.filter(Boolean)).toEqual(['RTNETLINK answers: File exists']);
      });
    });
  });

  describe('a refusal for the moment', () => {
    /** Stands in for `ip`: it refuses lines with this text the first times, and carries out the others. */
    const refusing = (text: string, times: number, reason: string) => `
      number=0
      while read -r line; do
        number=$((number + 1))
        case "$line" in *"${text}"*)
          if [ "$(cat $folder/refused 2>/dev/null | wc -l)" -lt ${times} ]; then
            echo refused >>$folder/refused
            echo "RTNETLINK answers: ${reason}" >&2
            echo "Command failed -:$number" >&2
            continue
          fi
        esac
        ip $line || echo "Command failed -:$number" >&2
      done`;
    const AGAIN = 'Resource temporarily unavailable';

    it.each([1, 2])('is met with another attempt, %s times', async (times) => {
      await withHelper(refusing('mtu 1300', times, AGAIN), async (helper) => {
        const lines = ['link add name t-a type bridge', 'link set dev t-a mtu 1300', 'link set dev t-a up'];
        expect(await new IpBatch([helper]).run(lines, soon())).toEqual([undefined, undefined, undefined]);
      });
    });

    it('is waited out before what is behind it is given up, and what failed for good stays failed', async () => {
      await withHelper(refusing('add name t-a', 1, AGAIN), async (helper) => {
        const lines = ['link set dev t-none up', 'link add name t-a type bridge', 'link set dev t-a up'];
        const complaints = await new IpBatch([helper]).run(lines, soon());
        expect(complaints).toEqual([expect.stringContaining('t-none'), undefined, undefined]);
        expect(listLinks()).toContain('t-a');
      });
    });

    it('is reported when it does not pass, or the time is over', async () => {
      await withHelper(refusing('mtu 1300', 1_000, AGAIN), async (helper, folder) => {
        const lines = ['link add name t-a type bridge', 'link set dev t-a mtu 1300'];
        const complaints = await new IpBatch([helper]).run(lines, soon());
        expect(complaints).toEqual([undefined, `RTNETLINK answers: ${AGAIN}`]);
        expect((await readFile(join(folder, 'refused'), 'utf8')).split('\n').length).toBeGreaterThan(3);
      });
    });

    it('is EBUSY of a virtual function, and of nothing else', async () => {
      const busy = 'Device or resource busy';
      await withHelper(refusing('mac 02:', 1, busy), async (helper) => {
        // The loopback has no virtual functions, so the second attempt fails for good.
        const [complaint] = await new IpBatch([helper]).run(
          ['link set dev lo vf 0 mac 02:00:00:00:00:01'],
          soon(),
        );
        expect(complaint).not.toContain(busy);
      });
      await withHelper(refusing('mtu 1300', 1, busy), async (helper) => {
        const [complaint] = await new IpBatch([helper]).run(['link set dev lo mtu 1300'], soon());
        expect(complaint).toContain(busy);
      });
    });
  });

  it('is called off by the signal', async () => {
    await withHelper('sleep 3', async (helper) => {
      const lines = ['link add name t-a type bridge'];
      await expect(new IpBatch([helper]).run(lines, new Deadline(50).signal)).rejects.toMatchObject({
        code: 'TIMEOUT',
      });
      await expect(new IpBatch([helper]).run(lines, AbortSignal.abort())).rejects.toMatchObject({
        code: 'ABORTED',
      });
      expect(listLinks()).not.toContain('t-a');
    });
  });

  it('says so when ip is not to be started', async () => {
    const line = 'link add name t-a type bridge';
    await withHelper('echo "a password is required" >&2; exit 1', async (helper) => {
      await expect(new IpBatch([helper]).run([line, line], soon())).rejects.toMatchObject({
        code: 'LINK_COMMAND_FAILED',
        message: expect.stringContaining('a password is required'),
      });
    });
    await expect(new IpBatch(['/nonexistent/helper']).run([line], soon())).rejects.toMatchObject({
      code: 'COMMAND_NOT_FOUND',
    });
  });
});
