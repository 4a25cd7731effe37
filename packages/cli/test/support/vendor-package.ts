import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const core = fileURLToPath(new URL('../../../core', import.meta.url));

/** The entry of a package with a legacy driver for VIF type `acme`, written as a vendor's compiler leaves it. */
const acme = `
import { legacyDriver } from '@vifkit/core';

class AcmeDriver {
  config() {
    return { type: 'ethernet', target: 'tap-acme', managed: false, bandwidth: false };
  }
  plug(vif, { tap: { multiQueue } }) {
    return [{ kind: 'link', name: 'tap-acme', create: { type: 'tap', multiQueue }, set: { up: true } }];
  }
  unplug() {
    return [{ kind: 'linkAbsent', name: 'tap-acme', type: 'tap', own: true }];
  }
}
legacyDriver({ type: 'acme' })(AcmeDriver);

export default { name: '@acme/vifkit-plugin', provides: [AcmeDriver] };
`;

/** Puts a vendor's package into a folder, beside the `@vifkit/core` that it is for. Answers its path. */
export async function putVendorPackage(
  folder: string,
  entry = acme,
  exports: unknown = './index.js',
  more: object = {},
) {
  const own = join(folder, 'node_modules/@acme/vifkit-plugin');
  await mkdir(own, { recursive: true });
  await writeFile(join(own, 'index.js'), entry);
  const manifest = { name: '@acme/vifkit-plugin', version: '1.0.0', type: 'module', exports, ...more };
  await writeFile(join(own, 'package.json'), JSON.stringify(manifest));
  await mkdir(join(folder, 'node_modules/@vifkit'), { recursive: true });
  await symlink(core, join(folder, 'node_modules/@vifkit/core')).catch(() => {}); // of an earlier one
  return own;
}
