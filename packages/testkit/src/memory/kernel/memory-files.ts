import type { KernelFiles } from '@vifkit/host/parts';
import type { Kernel } from './kernel.js';
import type { KernelLink } from './kernel-link.js';
import type { MemoryPci } from './memory-pci.js';
import type { Points } from './points.js';

const SETTING = /^\/proc\/sys\/net\/(ipv[46])\/conf\/([^/]+)(?:\/(\w+))?$/;

/** Below /proc/sys and /sys, the files of a kernel in memory. Its settings are those of its links. */
export class MemoryFiles implements KernelFiles {
  readonly #points: Points;
  readonly #kernel: Kernel;
  readonly #pci: MemoryPci;

  constructor(points: Points, kernel: Kernel, pci: MemoryPci) {
    this.#points = points;
    this.#kernel = kernel;
    this.#pci = pci;
  }

  existing(paths: readonly string[]): readonly string[] {
    return paths.filter((path) => this.#kernel.links.has(SETTING.exec(path)?.[2] ?? ''));
  }

  entries(path: string): readonly string[] {
    return path === '/proc/sys/net/ipv4/conf' ? [...this.#kernel.links.keys()] : [];
  }

  settings(paths: readonly string[]): ReadonlyMap<string, string> {
    const texts = paths.map((path) => [path, this.#settingIn(path)] as const);
    return new Map(texts.flatMap(([path, text]) => (text === undefined ? [] : [[path, text]])));
  }

  #settingIn(path: string): string | undefined {
    const [, , name = '', setting] = SETTING.exec(path) ?? [];
    const link = this.#kernel.links.get(name);
    if (!link) return undefined;
    switch (setting) {
      case 'disable_ipv6':
        return `${Number(!link.ipv6)}\n`;
      case 'arp_ignore':
        return `${link.arpIgnore}\n`;
      case 'arp_announce':
        return `${link.arpAnnounce}\n`;
      default:
        return undefined;
    }
  }

  async set(path: string, value: string, signal: AbortSignal): Promise<void> {
    const [, , name = '', setting = ''] = SETTING.exec(path) ?? [];
    const failure = await this.#points.reach({ part: 'links', what: `set ${name} ${setting}` }, signal);
    if (failure) throw failure;
    const link = this.#kernel.links.get(name);
    if (!link) throw new Error(`ENOENT: no such file or directory, open '${path}'`);
    change(link, setting, Number(value));
  }

  async text(path: string): Promise<string> {
    const [, device, file] = /\/net\/([^/]+)\/(\w+)$/.exec(path) ?? [];
    if (device === undefined) return '';
    if (file === 'address') return this.#kernel.links.get(device)?.address ?? '';
    if (file === 'phys_switch_id') return this.#pci.portOf(device).switchId;
    return file === 'phys_port_name' ? this.#pci.portOf(device).name : '';
  }

  async names(path: string): Promise<string[]> {
    if (path === '/sys/class/net') {
      return [...new Set([...this.#kernel.links.keys(), ...this.#pci.netDevices])];
    }
    const [, device] = /\/net\/([^/]+)$/.exec(path) ?? [];
    if (device !== undefined) return this.#kernel.usersOf(device).map((name) => `upper_${name}`);
    return this.#pci.names(path);
  }

  async target(path: string): Promise<string | undefined> {
    return this.#pci.target(path);
  }

  async resolve(path: string): Promise<string | undefined> {
    return this.#pci.resolve(path);
  }
}

function change(link: KernelLink, setting: string, value: number): void {
  if (setting === 'arp_ignore') link.arpIgnore = value;
  if (setting === 'arp_announce') link.arpAnnounce = value;
  if (setting !== 'disable_ipv6') return;
  link.ipv6 = value === 0;
  if (!link.ipv6) link.addresses = link.addresses.filter(({ address }) => !address.includes(':'));
}
