import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';

/** A guest's domain with this device. */
export function domainWith(name: string, virtType: string, device: string): string {
  // A container has no firmware, and needs a program to begin with.
  const os = virtType === 'lxc' ? '<type>exe</type><init>/sbin/init</init>' : '<type arch="x86_64">hvm</type>';
  return `<domain type="${virtType}">
  <name>${name}</name>
  <memory unit="MiB">64</memory>
  <os>${os}</os>
  <devices>${device}</devices>
</domain>
`;
}

/** What came of defining domains. */
export interface Defined {
  readonly defined: number;
  /** What libvirt has against the others, by their places. */
  readonly refused: ReadonlyMap<number, string>;
}

/** Defines domains, all in one process. */
export async function define(domains: readonly string[]): Promise<Defined> {
  const directory = mkdtempSync(join(tmpdir(), 'vif-'));
  const commands = domains.map((domain, i) => {
    const file = join(directory, `${i}.xml`);
    writeFileSync(file, domain);
    return `define ${file}\n`;
  });
  const options = { input: commands.join(''), all: true, reject: false } as const;
  const { all } = await execa('virsh', ['--connect', 'test:///default'], options).finally(() =>
    rmSync(directory, { recursive: true }),
  );
  const failures = [...all.matchAll(/Failed to define domain from .*\/(\d+)\.xml\s*error: (.*)/g)];
  return {
    defined: all.match(/^Domain 'd\d+' defined/gm)?.length ?? 0,
    refused: new Map(failures.map(([, i, why = '']) => [Number(i), why])),
  };
}
