import { guardOutput } from './output/guard-output.js';
import { vif } from './vif.js';

// As main.ts, but in a bundle: the modules that it was made of lie beside it.
guardOutput(process.stdout);
guardOutput(process.stderr);

process.exitCode = await vif(async () => {
  const modules = new URL('../dist/vif.js', import.meta.url).href;
  return ((await import(modules)) as { vif: typeof vif }).vif();
});
