// Puts what is used of class-validator in the place of the module that takes it from there. Run at pack time: the phone
// numbers that class-validator brings along are in no tarball, and nobody has to install them.
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';

const require = createRequire(import.meta.url);
const module = fileURLToPath(new URL('../dist/fields/class-validator.js', import.meta.url));

const build = await rolldown({
  input: module,
  platform: 'node',
  // Its `module` is for ES5, and takes half as long again to check a request.
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
// As a whole: somebody may be running it.
writeFileSync(`${module}.new`, licences.join('') + code);
renameSync(`${module}.new`, module);
