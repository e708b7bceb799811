// The one gate: generated files fresh, format, types, typed lint, arrows, tests. `--fast` leaves the tests out.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const bin = (name) => `${root}node_modules/.bin/${name}`;
/** Fewer than this, and the check of arrows has seen the wrong tree. */
const LEAST_MODULES = 400;

const steps = [
  ['generated files', process.execPath, ['scripts/generate.mjs', '--check']],
  ['format', bin('prettier'), ['--check', '--log-level', 'warn', '.']],
  ['types', bin('tsc'), ['-b']],
  ['reference', process.execPath, ['scripts/reference.mjs', '--check']],
  ['bundles', process.execPath, ['scripts/bundle.mjs']],
  ['lint', bin('eslint'), ['--max-warnings', '0', '.']],
  [
    'arrows',
    bin('depcruise'),
    ['--config', '.dependency-cruiser.cjs', '--output-type', 'err', 'packages'],
    countModules,
  ],
  ...(process.argv.includes('--fast') ? [] : [['tests', bin('vitest'), ['run']]]),
];

function countModules(output) {
  const seen = Number(/(\d+) modules/.exec(output)?.[1] ?? 0);
  return seen >= LEAST_MODULES ? undefined : `saw only ${seen} modules, expected at least ${LEAST_MODULES}`;
}

for (const [name, command, args, inspect] of steps) {
  const began = Date.now();
  const result = spawnSync(command, args, {
    cwd: root,
    stdio: inspect ? ['ignore', 'pipe', 'inherit'] : ['ignore', 'inherit', 'inherit'],
    encoding: 'utf8',
  });
  const complaint =
    result.status === 0
      ? inspect?.(result.stdout)
      : `failed${result.error ? `: ${result.error.message}` : ''}${result.stdout ? `\n${result.stdout}` : ''}`;
  if (complaint !== undefined) {
    console.error(`check: ${name}: ${complaint}`);
    process.exit(1);
  }
  console.log(`check: ${name}: good (${((Date.now() - began) / 1000).toFixed(1)} s)`);
}
