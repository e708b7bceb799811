// Puts the simulation and what it tries into one file, so that thousands of schedules run without a test runner, and
// so that a bug can be planted in a source file on the way, and never in the checkout.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { rolldown } from 'rolldown';

const root = fileURLToPath(new URL('../../', import.meta.url));

/**
 * The exports of a module of this folder. `changes`: texts of sources and what they become; one that is not there
 * exactly once is an error.
 */
export async function load(name, changes = []) {
  const folder = mkdtempSync(join(tmpdir(), 'outrider-simulation-'));
  const file = join(folder, `${name}.mjs`);
  const made = new Set();
  try {
    const bundle = await rolldown({
      input: `${root}test/simulation/${name}.ts`,
      platform: 'node',
      tsconfig: false,
      logLevel: 'warn',
      resolve: {
        alias: Object.fromEntries(
          ['shared', 'sidecar', 'coordinator'].map((of) => [`@outrider/${of}`, `${root}packages/${of}/src`]),
        ),
        extensionAlias: { '.js': ['.ts', '.js'] },
      },
      plugins: [{ name: 'planted-bugs', transform: (code, id) => changed(code, id, changes, made) }],
    });
    await bundle.write({ file });
    await bundle.close();
    const missed = changes.find((change) => !made.has(change));
    if (missed !== undefined) throw new Error(`${missed.file} is not part of the simulation.`);
    return await import(pathToFileURL(file).href);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function changed(code, id, changes, made) {
  let text = code;
  for (const change of changes.filter(({ file }) => id === root + file)) {
    const pieces = text.split(change.find);
    if (pieces.length !== 2) {
      throw new Error(
        `"${change.find}" stands ${pieces.length - 1} times in ${change.file}; it has to stand there once.`,
      );
    }
    text = pieces.join(change.become);
    made.add(change);
  }
  return text === code ? undefined : text;
}
