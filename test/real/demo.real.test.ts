import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { listLinks, requireOwnNetwork } from '@vifkit/testkit/bed';
import { execa } from 'execa';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

requireOwnNetwork();

const demo = fileURLToPath(new URL('../../packages/demo/bin/demo.js', import.meta.url));
const schema = '/usr/share/libvirt/schemas/domain.rng';

/** What may start the demo. */
const users = [
  ['root', []],
  ['a user without any rights', ['unshare', '--user', '--map-user=1000', '--map-group=1000', '--']],
] as const;

describe('the demo', () => {
  let directory: string;
  let environment: Record<string, string>;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'demo-'));
    environment = { TMPDIR: directory, VIFKIT_DEMO_TEST: directory };
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  it.each(users)(
    'plugs on the kernel as %s, writes XML that libvirt takes, and leaves nothing',
    async (_, prefix) => {
      const links = listLinks();
      const [program, ...args] = [...prefix, process.execPath, demo] as [string, ...string[]];
      const { stdout } = await execa(program, args, { env: environment });

      expect(stdout.match(/^━━━ VIF .* ━━━$/gm)).toHaveLength(3);
      expect(stdout.match(/^On this machine's kernel, in a network namespace of its own/gm)).toHaveLength(3);
      expect(stdout.match(/✓ nothing to change/g)).toHaveLength(4); // and the bridge's unplug
      expect(stdout.match(/^As before: /gm)).toHaveLength(3);

      const devices = stdout.match(/^<interface .*?^<\/interface>$/gms) ?? [];
      expect(devices).toHaveLength(3);
      const files = devices.map((device, i) => {
        const file = join(directory, `${i}.xml`);
        writeFileSync(file, domainWith(device));
        return file;
      });
      await execa('xmllint', ['--noout', '--relaxng', schema, ...files]);

      expect(listLinks()).toEqual(links);
      expect(readdirSync(directory).sort()).toEqual(['0.xml', '1.xml', '2.xml']);
      expect(processesOfDemo(directory)).toEqual([]);
    },
  );

  it('uses the in-memory host, and says so, where namespaces are not available', async () => {
    // The demo finds no program at all: neither unshare nor ip.
    const { stdout } = await execa(process.execPath, [demo], { env: { ...environment, PATH: directory } });
    expect(stdout.match(/^On an in-memory host, because this user may have no namespaces$/gm)).toHaveLength(
      3,
    );
    expect(stdout.match(/^As before: /gm)).toHaveLength(3);
  });

  it('takes a file of requests, and fails for one that cannot be plugged', async () => {
    const file = join(directory, 'request.json');
    const vif = {
      id: '11111111-2222-4333-8444-555555555555',
      address: 'fa:16:3e:00:00:01',
      type: 'binding_failed',
    };
    writeFileSync(file, JSON.stringify({ vif, instance: { uuid: vif.id } }, null, 2));
    const { exitCode, stdout } = await execa(process.execPath, [demo, file], {
      env: environment,
      reject: false,
    });
    expect(exitCode).toBe(1);
    expect(stdout).toContain('UNSUPPORTED_VIF_TYPE');
    expect(stdout).toMatch(/^As before: link lo$/m);
  });
});

function processesOfDemo(directory: string): string[] {
  return readdirSync('/proc').filter((pid) => {
    if (!/^\d+$/.test(pid)) return false;
    try {
      return readFileSync(`/proc/${pid}/environ`, 'utf8').includes(`VIFKIT_DEMO_TEST=${directory}`);
    } catch {
      return false; // it has ended
    }
  });
}

function domainWith(device: string): string {
  return `<domain type="kvm">
  <name>demo</name>
  <memory unit="MiB">64</memory>
  <os><type arch="x86_64">hvm</type></os>
  <devices>${device}</devices>
</domain>
`;
}
