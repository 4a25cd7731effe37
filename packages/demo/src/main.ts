import 'reflect-metadata';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseRequests } from '@vifkit/cli';
import { canHaveNamespace, isInNamespace, runInNamespace } from './namespace.js';
import { show } from './show.js';

const builtIn = fileURLToPath(new URL('../requests.jsonl', import.meta.url));
// npm changes to the root of the project; the file is named from where the user stands.
const file = resolve(process.env.INIT_CWD ?? '.', process.argv[2] ?? builtIn);

if (!isInNamespace() && (await canHaveNamespace())) process.exitCode = await runInNamespace();
else process.exitCode = (await run()) ? 0 : 1;

async function run(): Promise<boolean> {
  try {
    const inputs = parseRequests(await readFile(file, 'utf8'));
    const requests = inputs.flatMap((input) => {
      if ('error' in input) throw input.error;
      return [input.request];
    });
    return await show(requests, isInNamespace());
  } catch (error) {
    console.error(`demo: ${error instanceof Error ? error.message : error}`);
    return false;
  }
}
