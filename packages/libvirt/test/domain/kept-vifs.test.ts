import type { CommandExecutor } from '@vifkit/core/step-kinds';
import { describe, expect, it } from 'vitest';
import { keptVifs, Virsh } from '../../src/domain/index.js';

const [first, second, third] = [1, 2, 3].map((n) => `0000000${n}-5f2b-4a53-8a3e-0b3f5d6a7c81`);
const vif = '0d9c1d8e-5f2b-4a53-8a3e-0b3f5d6a7c81';
const xml = `<domain><devices><interface><alias name="ua-vif-${vif}"/></interface></devices></domain>`;

/** A `virsh` on a host with these domains: for each listing of them, and what else it answers to a domain. */
function virshWith(listings: readonly (readonly string[])[], answer: (domain: string) => string | undefined) {
  const left = [...listings];
  const run: CommandExecutor['run'] = async ([, , command, ...words]) => {
    if (command === 'list') {
      const listed = (left.length > 1 ? left.shift() : left[0]) ?? [];
      return { exitCode: 0, stdout: `${listed.join('\n')}\n`, stderr: '', missing: false };
    }
    const stdout = answer(words[1] ?? '');
    if (stdout === undefined) return { exitCode: 1, stdout: '', stderr: 'error: no domain', missing: false };
    const texts: Record<string, string> = {
      dominfo: 'Persistent: no\n',
      domstate: 'running\n',
      dumpxml: stdout,
    };
    return { exitCode: 0, stdout: texts[command ?? ''] ?? '', stderr: '', missing: false };
  };
  return new Virsh({ run }, undefined);
}

const listed = [first, second, third].map(String);

describe('the VIFs that domains use', () => {
  it('are those of the domains that are left, if one goes away meanwhile', async () => {
    const virsh = virshWith([listed, listed.slice(1)], (domain) => (domain === first ? undefined : xml));
    expect((await keptVifs(virsh, new AbortController().signal)).ids).toEqual(new Set([vif]));
  });

  it('are not known if a domain that is still there cannot be read', async () => {
    const virsh = virshWith([listed], (domain) => (domain === third ? undefined : xml));
    await expect(keptVifs(virsh, new AbortController().signal)).rejects.toMatchObject({
      code: 'LIBVIRT_FAILED',
    });
  });
});
