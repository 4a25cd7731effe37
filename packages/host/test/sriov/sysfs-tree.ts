import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A sysfs with PCI functions as the kernel shows them, in a folder of its own. */
export class SysfsTree {
  private constructor(readonly root: string) {}

  static async make(): Promise<SysfsTree> {
    const root = await mkdtemp(join(tmpdir(), 'sysfs-'));
    await mkdir(join(root, 'bus/pci/devices'), { recursive: true });
    return new SysfsTree(root);
  }

  /** A function with network devices, by name; each with what its `phys_port_name` says. */
  async addFunction(address: string, netDevices: Readonly<Record<string, string>> = {}): Promise<void> {
    await mkdir(this.#folder(address), { recursive: true });
    for (const [name, port] of Object.entries(netDevices)) {
      await mkdir(join(this.#folder(address), 'net', name), { recursive: true });
      if (port !== '')
        await writeFile(join(this.#folder(address), 'net', name, 'phys_port_name'), `${port}\n`);
    }
  }

  /** A virtual function below a physical one that is there; counted by it, unless the number is left out. */
  async addVirtual(
    pf: string,
    number: number | undefined,
    address: string,
    netDevice?: string,
  ): Promise<void> {
    await this.addFunction(address, netDevice === undefined ? {} : { [netDevice]: '' });
    await symlink(`../../devices/${pf}`, join(this.#folder(address), 'physfn'));
    if (number !== undefined) await symlink(`../${address}`, join(this.#folder(pf), `virtfn${number}`));
  }

  /** The address of a network device of a function. */
  async setAddress(address: string, netDevice: string, mac: string): Promise<void> {
    await writeFile(join(this.#folder(address), 'net', netDevice, 'address'), `${mac}\n`);
  }

  /** A link that lies upon a network device of a function. */
  async addUpper(address: string, netDevice: string, upper: string): Promise<void> {
    await symlink(`../../${upper}`, join(this.#folder(address), 'net', netDevice, `upper_${upper}`));
  }

  remove(): Promise<void> {
    return rm(this.root, { recursive: true });
  }

  #folder(address: string): string {
    return join(this.root, 'bus/pci/devices', address);
  }
}
