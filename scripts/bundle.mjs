// Puts each program into a few files: else Node reads hundreds, which takes a quarter of a second at each start, and
// keeps text and tables of all of them for as long as the program runs. Names stay, so that a stack trace says where.
import { existsSync, renameSync, rmSync } from 'node:fs';
import { dirname, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';
import { bundleWeb } from './bundle-web.mjs';

const packages = fileURLToPath(new URL('../packages/', import.meta.url));
/** Loaded in pieces, or with native parts that they look for beside themselves. */
const APART = ['koffi', 'zeromq', /^systeminformation/];

/** `thread`: loaded all at once by a thread of the program, so in one file. `quick`: the same, by `require`. */
for (const [name, { thread, quick, ...input }] of Object.entries({
  sidecar: { cli: 'cli.js', thread: 'release/work/thread.js' },
  coordinator: { cli: 'cli/main.js', main: 'main.js', quick: 'cli/quick-status.js' },
})) {
  const built = `${packages}${name}/dist/`;
  const dir = `${built}bundle`;
  // Beside it, and as deep: what stands there serves until the new one is whole.
  const [fresh, former] = [`${built}bundle.new`, `${built}bundle.old`];
  for (const left of [fresh, former]) rmSync(left, { recursive: true, force: true });
  await write(input, {});
  if (thread !== undefined) await write({ thread }, { codeSplitting: false });
  if (quick !== undefined)
    await write({ quick }, { codeSplitting: false, format: 'cjs', entryFileNames: '[name].cjs' });

  async function write(entries, how) {
    const bundle = await rolldown({
      input: Object.fromEntries(Object.entries(entries).map(([entry, file]) => [entry, built + file])),
      external: APART,
      platform: 'node',
      plugins: [protoTreeRead(), whereTheyWere(fresh)],
      logLevel: 'warn',
    });
    const small = { comments: false, minify: { compress: false, mangle: false, codegen: true } };
    await bundle.write({ dir: fresh, ...small, ...how });
    await bundle.close();
  }
  if (existsSync(dir)) renameSync(dir, former);
  renameSync(fresh, dir);
  rmSync(former, { recursive: true, force: true });
}

await bundleWeb();
/** What proto/ says is put in: reading and parsing it would be half of a short command. */
function protoTreeRead() {
  return {
    name: 'proto-tree-read',
    async load(id) {
      if (!id.endsWith('/shared/dist/rpc/proto-tree.js')) return undefined;
      const { protoTree } = await import(id);
      const text = JSON.stringify(JSON.stringify(protoTree()));
      return `export const protoTree = () => JSON.parse(${text});`;
    },
  };
}

/** A module that looks for files beside itself finds them where it came from. */
function whereTheyWere(folder) {
  const from = (path) => `new URL(${JSON.stringify(relative(folder, path))}, import.meta.url)`;
  return {
    name: 'where-they-were',
    transform(code, id) {
      // The bundler's own.
      if (id.startsWith('\0')) return undefined;
      const moved = code
        .replaceAll(/\bimport\.meta\.url\b/g, () => `${from(id)}.href`)
        .replaceAll(/\b__dirname\b/g, () => `decodeURIComponent(${from(dirname(id))}.pathname)`);
      return moved === code ? undefined : moved;
    },
  };
}
