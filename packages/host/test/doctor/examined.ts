import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { ExaminedHost } from '../../src/doctor/lack.js';
import { openNamespace, SYSFS } from '../../src/namespace/network-namespace.js';

/** Folders of a host that is examined, in a folder of their own; empty at first. */
export class ExaminedFolders {
  readonly #root = mkdtempSync(join(tmpdir(), 'doctor-'));

  /** The path of something in them. */
  path(name: string): string {
    return join(this.#root, name);
  }

  write(name: string, content: string | Uint8Array = '', mode = 0o644): void {
    mkdirSync(dirname(this.path(name)), { recursive: true });
    writeFileSync(this.path(name), content);
    chmodSync(this.path(name), mode);
  }

  drop(name: string): void {
    rmSync(this.path(name));
  }

  folder(name: string): void {
    mkdirSync(this.path(name), { recursive: true });
  }

  host(own: Partial<ExaminedHost> = {}): ExaminedHost {
    return {
      path: [this.path('bin'), this.path('sbin')],
      sysfsRoot: this.path('sys'),
      procRoot: this.path('proc'),
      network: openNamespace(undefined, SYSFS),
      modules: this.path('modules'),
      openVSwitch: async () => ({ hasDpdk: false }),
      ...own,
    };
  }

  remove(): void {
    rmSync(this.#root, { recursive: true });
  }
}
