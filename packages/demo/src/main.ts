import 'reflect-metadata';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { builtInPlugins, styleFor } from '@vifkit/cli';
import { createVifDriver, type VifDriver } from '@vifkit/core';
import { LibvirtGuestConfigurator } from '@vifkit/libvirt';
import { canHaveNamespace, isInNamespace, runInNamespace } from './namespace.js';
import { present } from './present.js';
import type { DemoRequest } from './request.js';
import { kernelStage, lackFor, memoryStage, type Stage } from './stage.js';

const requestFile = process.argv[2] ?? fileURLToPath(new URL('../requests.jsonl', import.meta.url));
const say = (text: string) => process.stdout.write(text.endsWith('\n') ? text : `${text}\n`);

if (!isInNamespace() && (await canHaveNamespace())) process.exitCode = await runInNamespace();
else process.exitCode = (await show()) ? 0 : 1;

/** Shows every request of the file, each on the kernel if that can be, else in memory. */
async function show(): Promise<boolean> {
  const style = styleFor(process.stdout);
  const lines = (await readFile(requestFile, 'utf8')).split('\n').filter((line) => line.trim());
  const requests: DemoRequest[] = lines.map((line) => JSON.parse(line));
  const bridges = [
    ...new Set(requests.filter(({ vif }) => vif.type === 'ovs').map(({ vif }) => vif.network.bridge)),
  ];

  const memory = memoryStage(bridges);
  const kernel = isInNamespace() ? await kernelStage(bridges) : undefined;
  const drivers = new Map<Stage, VifDriver>();
  for (const stage of [memory, kernel]) if (stage) drivers.set(stage, await driverFor(stage));
  const rehearsal = drivers.get(memory);
  let good = true;
  try {
    for (const request of requests) {
      say(style('bold', `\n━━━ VIF ${request.vif.id} of type '${request.vif.type}' ━━━`));
      const lack = kernel
        ? await rehearsal?.plan(request).then(lackOf, () => undefined)
        : 'user namespaces are not to be had';
      const stage = kernel && !lack ? kernel : memory;
      say(`On ${stage.title}${lack ? `, because ${lack}` : ''}`);
      const driver = drivers.get(stage);
      if (driver) good = (await present(request, driver, stage, say, style)) && good;
    }
  } finally {
    for (const stage of drivers.keys()) await stage.close();
  }
  return good;
}

type Plan = Awaited<ReturnType<VifDriver['plan']>>;

function lackOf({ steps }: Plan): string | undefined {
  const makesTap = steps.some(({ step }) => step.kind === 'link' && step.create?.type === 'tap');
  return lackFor(new Set(steps.map(({ step }) => step.kind)), makesTap);
}

async function driverFor({ host }: Stage): Promise<VifDriver> {
  return createVifDriver({ host, guests: new LibvirtGuestConfigurator(), plugins: await builtInPlugins() });
}
