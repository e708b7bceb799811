// How long a person waits for the shortest commands: a fleet of this machine's own is started, and each command is run
// in turn with `node -e 0`, the least that any program of Node takes. Run: npm run bench:cli [-- --rounds N] [--json FILE]
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const { values } = parseArgs({ options: { rounds: { type: 'string', default: '21' }, json: { type: 'string' } } });
const rounds = Number(values.rounds);
if (!Number.isInteger(rounds) || rounds < 1) {
  console.error('--rounds takes a whole number from 1.');
  process.exit(2);
}
const bin = (name) => fileURLToPath(new URL(`../../packages/${name}/bin/${name}.js`, import.meta.url));
const folder = realpathSync(mkdtempSync(join(tmpdir(), 'outrider-bench-cli-')));
const env = { ...process.env, HOME: folder, OUTRIDER_RENDEZVOUS: join(folder, 'endpoints') };
const state = join(folder, 'fleet');
const socket = join(state, 'run/main-pc/sidecar.sock');
/** The first is what the others are compared with. */
const commands = {
  'node -e 0': ['-e', '0'],
  'sidecar status': [bin('sidecar'), 'status', '--socket', socket],
  'coordinator status': [bin('coordinator'), 'status'],
  'coordinator hosts': [bin('coordinator'), 'hosts'],
  'coordinator --help': [bin('coordinator'), '--help'],
};

const fleet = spawn(process.execPath, [bin('coordinator'), 'dev', state, '--net', '127.0.93'], {
  env,
  stdio: ['ignore', 'pipe', 'inherit'],
});
try {
  await ready(fleet);
  const figures = measure();
  report(figures);
  if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(figures, null, 2)}\n`);
} finally {
  if (fleet.exitCode === null) {
    fleet.kill('SIGINT');
    await once(fleet, 'exit');
  }
  rmSync(folder, { recursive: true, force: true });
}

async function ready({ stdout }) {
  let said = '';
  for await (const chunk of stdout) {
    said += chunk;
    if (said.includes('Ready.')) break;
  }
  if (!said.includes('Ready.')) throw new Error(`The fleet did not start: ${said}`);
  for (const words of Object.values(commands)) run(words);
}

function run(words) {
  const before = process.hrtime.bigint();
  const { status, stderr } = spawnSync(process.execPath, words, { env, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${words.join(' ')} ended with ${status}: ${stderr}`);
  return Number(process.hrtime.bigint() - before) / 1e6;
}

/** Commands take turns, so that whatever else this machine does falls on all of them. Milliseconds. */
function measure() {
  const times = Object.fromEntries(Object.keys(commands).map((name) => [name, []]));
  for (let round = 0; round < rounds; round += 1) {
    for (const [name, words] of Object.entries(commands)) times[name].push(run(words));
  }
  const least = median(times['node -e 0']);
  return Object.entries(times).map(([command, all]) => ({
    command,
    median_ms: Math.round(median(all)),
    fastest_ms: Math.round(Math.min(...all)),
    times_node: Math.round((median(all) / least) * 100) / 100,
  }));
}

function median(all) {
  const sorted = [...all].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}

function report(figures) {
  console.log(`${cpus().length} cores (${cpus()[0].model}), Node ${process.version}, ${rounds} rounds`);
  for (const { command, median_ms: ms, fastest_ms: fastest, times_node: times } of figures) {
    console.log(
      `${command.padEnd(20)} ${`${ms} ms`.padStart(8)}  fastest ${`${fastest} ms`.padStart(8)}  ${times} x node`,
    );
  }
}
