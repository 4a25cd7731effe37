// Replaces the module that imports class-validator by a bundle of the parts that are used. Run at pack time, so that
// users do not have to install the phone number data that class-validator depends on.
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';

const require = createRequire(import.meta.url);
const module = fileURLToPath(new URL('../dist/fields/class-validator.js', import.meta.url));

const build = await rolldown({
  input: module,
  platform: 'node',
  // Its `module` entry is ES5, and takes 50 % longer to check a request.
  resolve: { mainFields: ['es2015', 'module', 'main'] },
});
const { output } = await build.generate({ format: 'esm' });
await build.close();
const [{ code, moduleIds }] = output;
const unwanted = moduleIds.filter((id) => id.includes('libphonenumber'));
if (unwanted.length > 0) throw new Error(`The bundle has ${unwanted.join(', ')}`);

const folderOf = (name, from) =>
  require.resolve(`${name}/package.json`, { paths: [from] }).replace(/[^/]*$/, '');
const its = folderOf('class-validator', module);
const licences = ['class-validator', 'validator'].map((name) => {
  const text = readFileSync(`${folderOf(name, its)}LICENSE`, 'utf8').trim();
  return `/*!\n${name}\n\n${text}\n*/\n`;
});
// Replaced atomically: the module may be in use.
writeFileSync(`${module}.new`, licences.join('') + code);
renameSync(`${module}.new`, module);
