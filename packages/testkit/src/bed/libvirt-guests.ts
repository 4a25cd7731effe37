import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { DebianPackages } from './debian-packages.js';
import { type Libvirtd, type LibvirtdOptions, startLibvirtd } from './libvirtd.js';
import { GUEST_INIT, GUEST_MODULES } from './small-guest.js';
import { makeImage } from './vm-image.js';

/** Options for a guest. */
export interface LibvirtGuestOptions {
  readonly name: string;
  /** The libvirt element of its network card; none unless given. */
  readonly device?: string;
  /** The domain's metadata. */
  readonly metadata?: string;
  /** It is defined in libvirt with autostart, and not started yet; otherwise it is transient. */
  readonly autostart?: boolean;
  /** Further elements of the domain. */
  readonly domain?: readonly string[];
  /** How many processors it has; 1 unless given. */
  readonly vcpus?: number;
  /** The card's address, with its prefix length. */
  readonly address: string;
  /** The address that it pings. */
  readonly peer: string;
}

/** What a guest reports about its card. */
export interface GuestReport {
  readonly mac: string;
  readonly mtu: number;
  /** How many receive queues its driver uses. */
  readonly queues: number;
  /** How many of the last three pings were answered. It continues, for at least half a minute, until all are. */
  readonly pings: number;
}

/** A domain of libvirt, which runs until it is stopped. */
export interface LibvirtGuest {
  /**
   * Lets libvirt start it, if it is defined and not running.
   * @throws Error with libvirt's error message
   */
  start(): Promise<void>;
  /**
   * Waits until it has pinged its peer.
   * @throws Error with its console, if it does not report in time
   */
  report(): Promise<GuestReport>;
  /**
   * Waits for a text on its console.
   * @throws Error with its console, if the text does not appear in time
   */
  says(text: string): Promise<void>;
  /** Forgets what is on its console. */
  clear(): Promise<void>;
  /** Lets libvirt end it. Does nothing if it has ended. */
  stop(): Promise<void>;
}

/** A private libvirtd, with everything needed to start small guests there. */
export interface LibvirtGuests {
  readonly libvirtd: Libvirtd;
  /** @throws Error with libvirt's error message */
  start(options: LibvirtGuestOptions): Promise<LibvirtGuest>;
  /** Ends the guests and libvirtd, and removes their files. */
  stop(): Promise<void>;
}

/** Milliseconds; without KVM a boot takes about 3 s of processor time. */
const REPORT_DEADLINE = 120_000;

/**
 * Starts a private libvirtd for small guests: Debian's kernel, busybox, and one virtio card. They need neither KVM nor
 * a disk; their network is that of this process's namespace. Needs root.
 *
 * @throws Error if libvirt or QEMU is not installed, or the kernel cannot be downloaded
 */
export async function startLibvirtGuests(options: LibvirtdOptions = {}): Promise<LibvirtGuests> {
  const directory = await mkdtemp(join(tmpdir(), 'guests-'));
  const cleanUp: (() => Promise<unknown>)[] = [() => rm(directory, { recursive: true, force: true })];
  const stop = async () => {
    for (const step of cleanUp.splice(0).reverse()) await step();
  };
  try {
    await chmod(directory, 0o755); // QEMU is another user
    const contents = { init: GUEST_INIT, modules: GUEST_MODULES };
    const image = await makeImage(directory, new DebianPackages(), contents);
    const libvirtd = await startLibvirtd(options);
    cleanUp.push(() => libvirtd.stop());
    const start = async (options: LibvirtGuestOptions): Promise<LibvirtGuest> => {
      const { name } = options;
      const console = join(directory, `${name}.console`);
      const definition = join(directory, `${name}.xml`);
      await writeFile(console, '');
      await chmod(console, 0o666);
      await writeFile(definition, domainXml(options, image, console));
      if (options.autostart) {
        await libvirtd.virsh('define', definition);
        await libvirtd.virsh('autostart', name);
      } else await libvirtd.virsh('create', definition);
      const isRunning = async () => (await libvirtd.virsh('list', '--name')).split('\n').includes(name);
      return {
        start: async () => {
          await libvirtd.virsh('start', name);
        },
        report: () => reportOn(console, isRunning),
        says: (text) =>
          untilSaid(console, (said) => (said.includes(text) ? true : undefined), isRunning).then(() => {}),
        clear: () => writeFile(console, ''),
        stop: async () => {
          if (await isRunning()) await libvirtd.virsh('destroy', name);
        },
      };
    };
    return { libvirtd, start, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function reportOn(console: string, isRunning: () => Promise<boolean>): Promise<GuestReport> {
  return untilSaid(
    console,
    (text) => {
      const [, mac = '', ...numbers] = /^vif: mac=(\S+) mtu=(\d+) queues=(\d+) pings=(\d+)/m.exec(text) ?? [];
      const [mtu = 0, queues = 0, pings = 0] = numbers.map(Number);
      return mac ? { mac, mtu, queues, pings } : undefined;
    },
    isRunning,
  );
}

async function untilSaid<T>(
  console: string,
  find: (text: string) => T | undefined,
  isRunning: () => Promise<boolean>,
): Promise<T> {
  const deadline = Date.now() + REPORT_DEADLINE;
  for (;;) {
    const text = await readFile(console, 'utf8');
    const found = find(text);
    if (found !== undefined) return found;
    if (Date.now() > deadline) throw new Error(`The guest does not report\n${text}`);
    if (!(await isRunning())) throw new Error(`The guest has ended\n${text}`);
    await pause(500);
  }
}

interface BootFiles {
  readonly kernel: string;
  readonly initramfs: string;
}

/**
 * Disables what the kernel would otherwise probe, measure or mitigate, because the processor is emulated. Without
 * message-signalled interrupts, because QEMU 7.2 crashes when a guest without KVM turns those of a vhost-user card on.
 */
const KERNEL_ARGS = [
  ...['console=ttyS0', 'quiet', 'panic=-1', 'pci=nomsi', 'no_timer_check', 'tsc=unstable'],
  ...['mitigations=off', 'nokaslr', 'audit=0', 'apparmor=0', 'cryptomgr.notests', 'random.trust_cpu=on'],
];

function domainXml(guest: LibvirtGuestOptions, { kernel, initramfs }: BootFiles, console: string): string {
  const { name, vcpus = 1, device, metadata = '', domain = [], address, peer } = guest;
  const cmdline = [
    ...KERNEL_ARGS,
    `vif.address=${address}`,
    `vif.peer=${peer}`,
    ...(device ? [] : ['vif.cards=0']),
  ].join(' ');
  return `<domain type="qemu">
  <name>${name}</name>
  ${metadata && `<metadata>${metadata}</metadata>`}
  <memory unit="MiB">128</memory>
  <vcpu>${vcpus}</vcpu>
  ${domain.join('\n  ')}
  <os>
    <type arch="x86_64">hvm</type>
    <kernel>${kernel}</kernel>
    <initrd>${initramfs}</initrd>
    <cmdline>${cmdline}</cmdline>
  </os>
  <features><acpi/></features>
  <devices>
    <controller type="usb" model="none"/>
    <memballoon model="none"/>
    <serial type="file"><source path="${console}" append="on"/></serial>
    ${device ?? ''}
  </devices>
</domain>
`;
}
