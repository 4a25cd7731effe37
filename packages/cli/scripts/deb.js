// Builds a Debian package of the command into a folder: node packages/cli/scripts/deb.js FOLDER. Needs dpkg-deb, and
// what `npm run build` makes; DEBEMAIL and DEBFULLNAME give the maintainer. Prints the path of the package.
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const cli = here('..');
const manifest = JSON.parse(readFileSync(join(cli, 'package.json'), 'utf8'));
const [target = '.'] = process.argv.slice(2);
const { DEBEMAIL: email, DEBFULLNAME: name = email } = process.env;
if (!email)
  throw new Error('Give the maintainer of the package: set DEBEMAIL and DEBFULLNAME, as for debchange');
const maintainer = `${name} <${email}>`;
const draft = mkdtempSync(join(tmpdir(), 'vif-deb-'));
const root = join(draft, 'vif');
mkdirSync(root, { mode: 0o755 });
/** The names of third-party packages to include. */
const seen = new Set();

try {
  process.umask(0o022);
  putCommand();
  putSetup();
  putDocuments();
  putControl();
  const file = join(target, `vif_${manifest.version}_all.deb`);
  setModes(root);
  execFileSync('dpkg-deb', ['--root-owner-group', '-Zxz', '--build', root, file], { stdio: 'ignore' });
  console.log(file);
} finally {
  rmSync(draft, { recursive: true });
}

/** The bundles, and the packages that they load at run time. */
function putCommand() {
  const own = 'usr/lib/vifkit';
  put(
    `${own}/package.json`,
    JSON.stringify({ name: manifest.name, version: manifest.version, type: 'module' }),
  );
  for (const folder of ['bin', 'bundle', 'modules']) copy(join(cli, folder), `${own}/${folder}`);
  for (const name of Object.keys(manifest.dependencies)) putPackage(name, cli, `${own}/node_modules`);
  put('usr/bin/vif', "#!/usr/bin/node\nrequire('/usr/lib/vifkit/bin/vif.js');\n", 0o755);
}

function putPackage(name, from, folder) {
  if (seen.has(name)) return;
  seen.add(name);
  const source = realpathSync(findPackage(name, from));
  copy(source, `${folder}/${name}`, (path) => isNeeded(path.slice(source.length)));
  const { dependencies = {} } = JSON.parse(readFileSync(join(source, 'package.json'), 'utf8'));
  for (const each of Object.keys(dependencies)) putPackage(each, source, folder);
}

/** Whether a file of a third-party package is needed at run time. Licences are in the copyright file. */
function isNeeded(path) {
  return !/\/(node_modules|test|tests|docs|bench|benchmarks?|examples?|browser|esm)(\/|$)|\/\.[^/]*$|\.(md|ts|map|cts|mts|yml|bat|sh|html)$|\/bin\.js$|\/help$|\/licen[cs]e[^/]*$/i.test(
    path,
  );
}

function findPackage(name, from) {
  const path = join(from, 'node_modules', name);
  if (existsSync(path)) return path;
  const beside = join(from.slice(0, from.lastIndexOf('/node_modules/') + '/node_modules'.length), name);
  if (existsSync(beside)) return beside;
  throw new Error(`${name} is not installed; run npm run setup`);
}

/** Units, the user, the state directory. The units find the command in the usual path. */
function putSetup() {
  const setup = (name) => readFileSync(join(cli, 'setup', name), 'utf8');
  for (const unit of ['vif-apply.service', 'vif-check.service', 'vif-check.timer', 'vif@.service']) {
    put(`usr/lib/systemd/system/${unit}`, withoutPlace(setup(unit)));
  }
  put('usr/lib/sysusers.d/vifkit.conf', withoutPlace(setup('sysusers.conf')));
  put('usr/lib/tmpfiles.d/vifkit.conf', withoutPlace(setup('tmpfiles.conf')));
  for (const name of ['ovsdb-server.conf', 'sudoers']) put(`usr/share/doc/vif/examples/${name}`, setup(name));
  mkdirSync(join(root, 'etc/vifkit/vifs'), { recursive: true });
}

/** The first line says where an administrator puts the file. */
function withoutPlace(text) {
  return text.replace(/^# \/etc\/\S+?: /, '# ');
}

function putDocuments() {
  const date = new Date(1000 * Number(process.env.SOURCE_DATE_EPOCH ?? 0))
    .toUTCString()
    .replace('GMT', '+0000');
  const licenses = readFileSync(join(cli, 'bundle/LICENSES.txt'));
  put('usr/share/doc/vif/LICENSES.gz', gzipSync(licenses, { level: 9 }));
  put(
    'usr/share/doc/vif/copyright',
    `vifkit is under the Apache License, version 2.0: /usr/share/common-licenses/Apache-2.0

Copyright: the authors of vifkit

The licenses of what is in its bundle are in LICENSES.gz. It comes with these packages as well:

${[...seen].sort().map(licenseOf).join('\n')}
`,
  );
  const changes = `vif (${manifest.version}) unstable; urgency=medium\n\n  * Release ${manifest.version}.\n\n -- ${maintainer}  ${date}\n`;
  put('usr/share/doc/vif/changelog.gz', gzipSync(changes, { level: 9 }));
  put('usr/share/man/man1/vif.1.gz', gzipSync(manPage(), { level: 9 }));
  for (const [shell, path] of [
    ['bash', 'bash-completion/completions/vif'],
    ['zsh', 'zsh/vendor-completions/_vif'],
    ['fish', 'fish/vendor_completions.d/vif.fish'],
  ]) {
    const text = vif('completion', shell);
    if (text !== undefined) put(`usr/share/${path}`, text);
  }
}

function licenseOf(name) {
  const folder = join(root, 'usr/lib/vifkit/node_modules', name);
  const { version, license, author } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const by = typeof author === 'object' ? author.name : author;
  return `${name} ${version} (${license})${by ? `, by ${by}` : ''}`;
}

/** What the command prints about itself; undefined for a command that it does not have. */
function vif(...args) {
  try {
    return execFileSync(process.execPath, [join(cli, 'bin/vif.js'), ...args], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
  } catch {
    return undefined;
  }
}

/** The command's manual page, or one that is made from its help. */
function manPage() {
  const own = vif('man');
  if (own !== undefined) return own;
  const help = vif('--help')
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replaceAll(/^([.'])/gm, '\\&$1');
  return `.TH VIF 1 "" "vifkit ${manifest.version}" "User Commands"\n.SH NAME\nvif \\- plugs virtual network interfaces into this host\n.SH DESCRIPTION\n.nf\n${help}\n.fi\n`;
}

function putControl() {
  const size = Math.ceil(sizeOf(root) / 1024);
  put(
    'DEBIAN/control',
    `Package: vif
Version: ${manifest.version}
Architecture: all
Maintainer: ${maintainer}
Section: net
Priority: optional
Installed-Size: ${size}
Depends: nodejs (>= 20.19), iproute2, systemd | systemd-standalone-sysusers, systemd | systemd-standalone-tmpfiles
Recommends: nftables
Suggests: openvswitch-switch, libvirt-daemon
Description: plug virtual network interfaces into a hypervisor host
 vif takes virtual network interfaces as OpenStack describes them, plugs them
 into the kernel and Open vSwitch of this host, and writes their libvirt XML.
 It brings a host to the interfaces of files, lists, checks, draws and watches
 what is plugged, and has units of systemd for that.
`,
  );
  // The user exists before the state directory is made. The state directory is removed with the package.
  put(
    'DEBIAN/postinst',
    `#!/bin/sh
set -e
if [ "$1" = configure ]; then
  if command -v systemd-sysusers >/dev/null; then systemd-sysusers vifkit.conf || true; fi
  if command -v systemd-tmpfiles >/dev/null; then systemd-tmpfiles --create vifkit.conf || true; fi
  if [ -d /run/systemd/system ]; then systemctl --system daemon-reload || true; fi
fi
`,
    0o755,
  );
  put(
    'DEBIAN/prerm',
    `#!/bin/sh
set -e
if [ "$1" = remove ] && [ -d /run/systemd/system ]; then
  deb-systemd-invoke stop vif-check.timer vif-apply.service || true
fi
`,
    0o755,
  );
  put(
    'DEBIAN/postrm',
    `#!/bin/sh
set -e
if [ -d /run/systemd/system ]; then systemctl --system daemon-reload || true; fi
if [ "$1" = purge ]; then
  if command -v deb-systemd-helper >/dev/null; then deb-systemd-helper purge vif-check.timer vif-apply.service || true; fi
  rm -rf /run/vifkit /etc/vifkit
  if getent passwd vif >/dev/null && command -v userdel >/dev/null; then userdel vif || true; fi
  if getent group vif >/dev/null && command -v groupdel >/dev/null; then groupdel vif || true; fi
fi
`,
    0o755,
  );
}

function put(path, content, mode = 0o644) {
  const file = join(root, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, content);
  chmodSync(file, mode);
}

function copy(from, path, filter = () => true) {
  const to = join(root, path);
  mkdirSync(dirname(to), { recursive: true });
  cpSync(from, to, {
    recursive: true,
    dereference: true,
    filter: (each) => filter(each) && !/(\.map|^LICENSES\.txt)$/.test(basename(each)),
  });
}

/** Only root can write, and only programs are executable. */
function setModes(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) {
      chmodSync(path, 0o755);
      setModes(path);
      if (readdirSync(path).length === 0 && !path.includes('/etc/')) rmSync(path, { recursive: true });
    } else {
      const isProgram = /\/(DEBIAN\/p[^/]*|bin\/vif(\.js)?)$/.test(path);
      chmodSync(path, isProgram ? 0o755 : 0o644);
    }
  }
}

function sizeOf(folder) {
  return readdirSync(folder, { withFileTypes: true }).reduce((sum, entry) => {
    const path = join(folder, entry.name);
    return sum + (entry.isDirectory() ? sizeOf(path) : statSync(path).size);
  }, 0);
}
