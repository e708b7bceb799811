// Generates the TypeScript types of proto/ into packages/shared/src/gen. With --check: fails where they are stale.
import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const target = join(root, 'packages/shared/src/gen');
/** Equal to LOADER_OPTIONS in packages/shared/src/rpc/loader.ts; a test compares them. */
export const FLAGS = ['--longs=Number', '--enums=String', '--defaults', '--arrays', '--objects'];

function generate(folder) {
  execFileSync(
    join(root, 'node_modules/.bin/proto-loader-gen-types'),
    [
      ...FLAGS,
      '--includeDirs=proto',
      '--grpcLib=@grpc/grpc-js',
      `--outDir=${folder}`,
      '--importFileExtension=.js',
      '--targetFileExtension=.ts',
      'outrider/v1/sidecar.proto',
      'outrider/v1/coordinator.proto',
    ],
    { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] },
  );
}

const filesOf = (folder) =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name).slice(folder.length))
    .sort();

const temporary = mkdtempSync(join(tmpdir(), 'outrider-gen-'));
try {
  generate(temporary);
  if (process.argv.includes('--check')) {
    const fresh = filesOf(temporary);
    const stale =
      filesOf(target).toString() !== fresh.toString() ||
      fresh.some((file) => readFileSync(temporary + file, 'utf8') !== readFileSync(target + file, 'utf8'));
    if (stale) {
      console.error('packages/shared/src/gen does not match proto/. Run: npm run generate');
      process.exitCode = 1;
    }
  } else {
    rmSync(target, { recursive: true, force: true });
    cpSync(temporary, target, { recursive: true });
  }
} finally {
  rmSync(temporary, { recursive: true, force: true });
}
