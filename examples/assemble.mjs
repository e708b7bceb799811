// Puts together the folder that is pushed: the agents of assistants/ and the one library they use. A release
// carries its dependencies; here, of zeromq, only the files that this machine loads (about 2 MB of 34).
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseDocument } from 'yaml';

const root = fileURLToPath(new URL('..', import.meta.url));
const source = fileURLToPath(new URL('assistants', import.meta.url));

/** Makes `folder` anew. Returns the names of agents that were left out, because there is no python3. */
export function assembleRelease(folder) {
  rmSync(folder, { recursive: true, force: true });
  cpSync(source, folder, { recursive: true, filter: (path) => !path.includes('__pycache__') });
  copyZeromq(folder);
  return hasPython() ? [] : leaveOutPython(join(folder, 'agents.yaml'));
}

/** What a developer does between two versions. Fails where the text is not there exactly once. */
export function edit(folder, file, from, to) {
  const path = join(folder, file);
  const parts = readFileSync(path, 'utf8').split(from);
  if (parts.length !== 2) throw new Error(`${file} should have ${JSON.stringify(from)} once.`);
  writeFileSync(path, parts.join(to));
}

const hasPython = () => spawnSync('python3', ['-c', 'import http.server']).status === 0;

function copyZeromq(folder) {
  const require = createRequire(import.meta.url);
  require('zeromq');
  const modules = join(root, 'node_modules');
  const inside = (path) => path.startsWith(modules) && /node_modules\/(zeromq|cmake-ts)\//.test(path);
  const loaded = Object.keys(require.cache).filter(inside);
  const addon = loaded.find((path) => path.endsWith('.node'));
  if (addon === undefined) throw new Error('zeromq was loaded without its native part.');
  const descriptions = ['zeromq', 'cmake-ts'].map((name) => join(modules, name, 'package.json'));
  for (const path of [...loaded, ...descriptions]) {
    const target = join(folder, 'node_modules', relative(modules, path));
    mkdirSync(dirname(target), { recursive: true });
    cpSync(path, target);
  }
  // The library reads here which native parts there are; only one came along.
  const build = join(modules, 'zeromq', 'build');
  const manifest = Object.entries(JSON.parse(readFileSync(join(build, 'manifest.json'), 'utf8')));
  const kept = manifest.filter(([, path]) => join(build, path) === addon);
  writeFileSync(join(folder, 'node_modules/zeromq/build/manifest.json'), JSON.stringify(Object.fromEntries(kept)));
}

function leaveOutPython(file) {
  const document = parseDocument(readFileSync(file, 'utf8'));
  const agents = document.toJS().agents;
  const left = Object.keys(agents).filter((name) => agents[name].command[0] === 'python3');
  for (const name of left) document.deleteIn(['agents', name]);
  for (const [name, { depends_on: needs }] of Object.entries(agents)) {
    if (left.includes(name) || needs === undefined || Array.isArray(needs)) continue;
    for (const need of Object.keys(needs)) if (left.includes(need)) document.deleteIn(['agents', name, 'depends_on']);
  }
  writeFileSync(file, String(document));
  return left;
}
