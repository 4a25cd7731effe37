import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { startVhostUserGuest, type VhostUserGuest } from '../../src/bed/index.js';

const mac = 'fa:16:3e:70:00:06';
let folder: string;
let guest: VhostUserGuest | undefined;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'vu-test-'));
  vi.stubEnv('TMPDIR', folder);
});
afterEach(async () => {
  await guest?.stop();
  guest = undefined;
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

describe('startVhostUserGuest', () => {
  it('listens where it is the server, and leaves neither its socket nor a process', async () => {
    const path = join(folder, 'vhu0');
    guest = await startVhostUserGuest({ path, mode: 'server', mac });
    const { pid } = guest;
    expect(existsSync(path)).toBe(true);
    expect(existsSync(`/proc/${pid}`)).toBe(true);
    await guest.stop();
    expect(existsSync(`/proc/${pid}`)).toBe(false);
    expect(readdirSync(folder)).toEqual([]);
  });

  it('knows the address that the card gives itself', async () => {
    guest = await startVhostUserGuest({ path: join(folder, 'vhu0'), mode: 'server', mac });
    expect(guest.address).toBe('fe80::f816:3eff:fe70:6');
  });

  it('says what QEMU complains of where nobody listens, and leaves nothing', async () => {
    const call = startVhostUserGuest({ path: join(folder, 'vhu0'), mode: 'client', mac });
    await expect(call).rejects.toThrow(/qemu-system-x86_64 ended with status 1[\s\S]*vhu0/);
    expect(readdirSync(folder)).toEqual([]);
  });
});
