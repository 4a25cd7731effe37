import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { Daemon } from './daemon.js';
import { DebianPackages } from './debian-packages.js';
import { AGENT, EARLY_MODULES, INIT } from './vm-guest.js';
import { makeImage, unpackedKernel, type VmImage } from './vm-image.js';

const execute = promisify(execFile);

/** Milliseconds; it takes about 8 s on an idle machine. */
const BOOT_DEADLINE = 120_000;

/** What the machine has. */
export interface VirtualMachineOptions {
  /** How many network cards of the kind igb it has; each can have 7 virtual functions. None unless given. */
  readonly cards?: number;
}

/** How a command ended in the machine. */
export interface VmResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A private machine with a full Debian kernel, on this machine's file system. */
export interface VirtualMachine {
  /**
   * Runs a command line by bash, one after the other, however it ends.
   * @throws Error when the machine is gone
   */
  run(command: string, input?: string): Promise<VmResult>;
  /** Ends it, and removes its files. */
  stop(): Promise<void>;
}

/** Fetches what a virtual machine needs, unless it is cached, so that it can be started without a network. */
export async function fetchVirtualMachine(): Promise<void> {
  const packages = new DebianPackages();
  await unpackedKernel(packages);
  await findQemu(packages);
}

/**
 * Starts a virtual machine. It sees this machine's file system at the same paths; what it writes is kept in its own
 * memory. Kernel and, where the machine's own has no igb, QEMU are Debian's, downloaded into a cache at first.
 *
 * @throws Error if they cannot be downloaded, or the machine does not start
 */
export async function startVirtualMachine({
  cards = 0,
}: VirtualMachineOptions = {}): Promise<VirtualMachine> {
  const directory = await mkdtemp(join(tmpdir(), 'vm-'));
  const packages = new DebianPackages();
  const cleanUp: (() => Promise<unknown>)[] = [() => rm(directory, { recursive: true, force: true })];
  const stop = async () => {
    for (const step of cleanUp.splice(0).reverse()) await step();
  };
  try {
    const contents = { init: INIT, modules: EARLY_MODULES, files: { agent: AGENT } };
    const image = await makeImage(directory, packages, contents);
    const { program, args, env } = await findQemu(packages);
    const agent = join(directory, 'agent.sock');
    const console = join(directory, 'console');
    const machine = new Daemon({
      program,
      args: [...args, ...machineArgs(image, agent, console), ...cardArgs(cards)],
      env: { ...process.env, ...env },
      readyFile: agent,
      stopSignal: 'SIGKILL', // there is nothing to save
    });
    cleanUp.push(() => machine.stop());
    await machine.start();
    const socket = connect(agent);
    cleanUp.push(async () => socket.destroy());
    const ask = lineByLine(socket, async () => {
      const printed = await readFile(console, 'utf8').catch(() => '');
      return `${machine.output}\n${printed.slice(-2000)}`;
    });
    await Promise.race([ask(''), bootDeadline()]);
    return {
      stop,
      async run(command, input = '') {
        const [status, stdout = '', stderr = ''] = (await ask(`${encode(command)} ${encode(input)}\n`)).split(
          ' ',
        );
        return { exitCode: Number(status), stdout: decode(stdout), stderr: decode(stderr) };
      },
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function bootDeadline(): Promise<never> {
  await pause(BOOT_DEADLINE, undefined, { ref: false });
  throw new Error('The virtual machine does not come up');
}

/** Sends one text after the other; each is answered by one line. */
function lineByLine(socket: Socket, lastWords: () => Promise<string>): (text: string) => Promise<string> {
  const lines = createInterface({ input: socket });
  for (const part of [socket, lines]) part.on('error', () => {}); // 'close' follows
  const gone = new Promise((resolve) => socket.once('close', resolve)).then(async () => {
    throw new Error(`The virtual machine has ended\n${await lastWords()}`);
  });
  gone.catch(() => {});
  let last: Promise<unknown> = Promise.resolve();
  return (text) => {
    const answer = last
      .catch(() => {})
      .then(async () => {
        const line = new Promise<string>((resolve) => lines.once('line', resolve));
        if (text !== '') socket.write(text);
        return Promise.race([line, gone]);
      });
    last = answer;
    return answer;
  };
}

function encode(text: string): string {
  return `.${Buffer.from(text).toString('base64')}`;
}

function decode(text: string): string {
  return Buffer.from(text.slice(1), 'base64').toString();
}

/** Debian 12's QEMU has no card with virtual functions; the one of its backports has. */
async function findQemu(packages: DebianPackages) {
  const program = 'qemu-system-x86_64';
  // It ends well for a card that it does not know, too.
  const known = await execute(program, ['-device', 'igb,help']).catch(() => undefined);
  if (known?.stdout.includes('igb options')) return { program, args: [], env: {} };
  const names = ['qemu-system-x86', 'qemu-system-common', 'qemu-system-data', 'seabios'];
  const folder = await packages.unpacked('qemu', async () => names);
  return {
    program: join(folder, 'usr/bin', program),
    args: ['-L', join(folder, 'usr/share/qemu'), '-L', join(folder, 'usr/share/seabios')],
    env: { QEMU_MODULE_DIR: join(folder, 'usr/lib/x86_64-linux-gnu/qemu') },
  };
}

/** A processor without AVX: the C library would use it, and QEMU is slow to emulate it. */
function machineArgs({ kernel, initramfs, modules }: VmImage, agent: string, console: string): string[] {
  const share = (path: string, tag: string) =>
    `local,path=${path},mount_tag=${tag},security_model=none,readonly=on,multidevs=remap`;
  return [
    ...['-machine', 'q35', '-accel', 'tcg,thread=multi', '-cpu', 'Nehalem', '-smp', '1', '-m', '1024'],
    ...['-nodefaults', '-no-user-config', '-display', 'none', '-no-reboot'],
    ...['-kernel', kernel, '-initrd', initramfs],
    ...['-append', 'console=ttyS0 quiet panic=-1 mitigations=off net.ifnames=0 random.trust_cpu=on'],
    ...['-serial', `file:${console}`],
    ...['-virtfs', share('/', 'root'), '-virtfs', share(modules, 'modules')],
    ...['-chardev', `socket,id=agent,path=${agent},server=on,wait=off`],
    ...['-device', 'virtio-serial-pci', '-device', 'virtserialport,chardev=agent,name=agent'],
  ];
}

function cardArgs(count: number): string[] {
  return Array.from({ length: count }, (_, i) => [
    ...['-device', `pcie-root-port,id=port${i},chassis=${i + 1}`],
    ...['-netdev', `hubport,hubid=0,id=net${i}`, '-device', `igb,bus=port${i},netdev=net${i}`],
  ]).flat();
}
