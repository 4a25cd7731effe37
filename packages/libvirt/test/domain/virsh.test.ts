import { expect, it } from 'vitest';
import { Virsh } from '../../src/domain/virsh.js';

const { signal } = new AbortController();

it.each([
  [
    'error: failed to connect to the hypervisor\nerror: no socket\n',
    /hypervisor; no socket\. Start its daemon/,
  ],
  ["error: failed to get domain 'nope'\n", /domain 'nope'\. `virsh list --all` shows/],
  ['error: Requested operation is not valid\n', /^virsh dominfo: Requested operation is not valid$/],
])('an error of virsh comes with what to do about it, if that is known: %j', async (stderr, message) => {
  const virsh = new Virsh(
    { run: async () => ({ exitCode: 1, stdout: '', stderr, missing: false }) },
    undefined,
  );
  await expect(virsh.run(signal, 'dominfo', 'nope')).rejects.toMatchObject({
    code: 'LIBVIRT_FAILED',
    message: expect.stringMatching(message),
  });
});
