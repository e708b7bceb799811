/** `sidecar import`: files of other process managers as an agents.yaml that is accepted, runs, and says what it lost. */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compileAgentsYaml } from '@outrider/shared/release/agents-yaml.js';
import { eventually } from '@outrider/shared/testing/eventually.js';
import { type CliResult, startCli } from '../support/cli-run.js';
import { BINS } from '../support/cluster-layout.js';
import { OneHost } from '../support/one-host.js';

const EXAMPLES = fileURLToPath(new URL('../../packages/sidecar/src/cli/import/testing/', import.meta.url));
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'outrider-import-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function run(...words: string[]): Promise<CliResult> {
  const { PATH = '/usr/bin:/bin' } = process.env;
  return startCli(BINS.sidecar, ['import', ...words], { env: { PATH, HOME: folder }, cwd: folder }).result;
}

function write(path: string, text: string): string {
  const file = join(folder, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  return file;
}

describe('examples', () => {
  it.each([
    ['ecosystem.config.cjs', ['shop-api', 'worker', 'scorer', 'report']],
    ['supervisor/supervisord.conf', ['frontier', 'fetch_00', 'fetch_01', 'fetch_02', 'parse', 'admin_ui']],
    ['Procfile', ['web', 'worker', 'clock', 'assets', 'tail']],
    ['compose.yaml', ['gateway', 'model_server', 'migrate', 'debugger']],
  ])('%s is accepted, and says what it lost', async (path, names) => {
    const { code, stdout, stderr } = await run(join(EXAMPLES, path), '--app', 'imported');
    expect([code, stderr]).toEqual([0, '']);
    const compiled = compileAgentsYaml(stdout);
    expect(compiled).toMatchObject({ ok: true, spec: { app: 'imported' } });
    expect(compiled.ok && compiled.spec.agents.map(({ name }) => name)).toEqual(names);
    expect(stdout.match(/^ *# /gm)?.length).toBeGreaterThan(2);

    const json = await run(join(EXAMPLES, path), '--json');
    const { agents, notes, problems } = json.json<{
      agents: object;
      notes: { about: string; text: string }[];
      problems: [];
    }>();
    expect(Object.keys(agents)).toEqual(names);
    expect(problems).toEqual([]);
    for (const { about, text } of notes) expect([typeof about, text.length > 10]).toEqual(['string', true]);
  });

  it('of JSON and YAML are told apart by what is in them', async () => {
    const files = [
      write('process.json', '{ "apps": [{ "name": "a", "script": "a.js", "env": { "A": 1 } }] }'),
      write('ecosystem.yml', 'apps:\n  - { name: a, script: a.js, env: { A: 1 } }\n'),
    ];
    for (const file of files) {
      const { agents } = (await run(file, '--json')).json<{ agents: { a: object } }>();
      expect(agents.a).toMatchObject({ command: ['node', 'a.js'], environment: { A: '1' } });
    }
    const services = write('stack.json', '{ "services": { "a": { "command": "x" } } }');
    expect((await run(services)).stdout).toContain('command: [x]');
    const forced = await run(write('programs.txt', 'a: x y\n'), '--from', 'procfile');
    expect(forced.stdout).toContain('command: [x, y]');
  });
});

describe('--output', () => {
  it('writes a file, and none over another', async () => {
    const file = write('out/Procfile', 'a: x\n');
    const output = join(folder, 'out/agents.yaml');
    expect(await run(file, '--output', output)).toMatchObject({
      code: 0,
      stdout: `${output}: 1 agent, 0 comments to read.\n`,
    });
    expect(compileAgentsYaml(readFileSync(output, 'utf8')).ok).toBe(true);
    writeFileSync(output, 'mine');
    const refused = await run(file, '--output', output);
    expect([refused.code, refused.stderr]).toEqual([2, `Error: ${output} is there already; --force writes over it.\n`]);
    expect(readFileSync(output, 'utf8')).toBe('mine');
    expect((await run(file, '--output', output, '--force')).code).toBe(0);
    expect(readFileSync(output, 'utf8')).toContain('command: [x]');
    const nowhere = await run(file, '--output', join(folder, 'none/agents.yaml'));
    expect([nowhere.code, nowhere.stderr]).toEqual([2, expect.stringMatching(/cannot be written: ENOENT/)]);
    expect(existsSync(join(folder, 'none'))).toBe(false);
  });

  it('what no program is in is written all the same, with code 30', async () => {
    const { code, stdout, stderr } = await run(write('images.yaml', 'services: { db: { image: postgres } }'));
    expect([code, stderr]).toEqual([30, 'Error: No agent has a command: write one for db.\n']);
    expect(stdout).toMatch(/^# Not accepted yet: agents\.yaml:\d+: agents declares no agent/m);
    expect(stdout).toMatch(/^# {3}db:$/m);
  });
});

describe('bad input is one sentence and code 2', () => {
  it.each<[string, () => readonly string[], RegExp]>([
    ['no file', () => [], /Missing required argument 'file'/],
    ['a missing file', () => ['nothing.conf'], /nothing\.conf: There is no such file\.$/],
    ['a folder', () => [folder], /This is a folder; name a file in it\.$/],
    ['a device', () => ['/dev/zero'], /This is no regular file\.$/],
    ['a link to nothing', () => [link('dangling', '/nonexistent')], /There is no such file\.$/],
    ['an empty file', () => [write('empty/Procfile', ' \n')], /The file is empty\.$/],
    ['a binary', () => [write('binary/Procfile', 'a: \0\n')], /This is no text\.$/],
    ['100 MB', () => [large()], /The file is larger than 1 MiB\.$/],
    [
      'an unknown format',
      () => [write('readme.txt', 'Hello.')],
      /Say it with --from pm2\|supervisord\|procfile\|compose\.$/,
    ],
    [
      'YAML of something else',
      () => [write('x.yaml', 'servces: {}')],
      /neither "services".*Is "servces" misspelled\?$/,
    ],
    ['an agents.yaml', () => [write('agents.yaml', 'agents: {}')], /This is an agents\.yaml already\.$/],
    ['broken YAML', () => [write('compose.yaml', 'services:\n  a: [\n')], /compose\.yaml:\d: This is no YAML: /],
    ['broken JSON', () => [write('pm2.json', '{ "apps": [\n{ "script": } ]')], /pm2\.json:2: This is no JSON: /],
    [
      'broken INI',
      () => [write('a.conf', '[program:a]\ncommand\n')],
      /a\.conf:2: This is neither \[section\] nor key=value/,
    ],
    ['a deep file', () => [write('deep.yaml', '['.repeat(100_000))], /:1: The file is nested too deeply\.$/],
    [
      'a program that throws',
      () => [write('t.config.cjs', '\nthrow new Error("boom")')],
      /t\.config\.cjs:2: It fails when it is run: Error: boom\.$/,
    ],
    ['a program that exports nothing', () => [write('n.config.cjs', '1')], /There is no "apps" in it/],
    ['a kind that there is not', () => [write('Procfile', 'a: x'), '--from', 'pm3'], /--from.*pm2, supervisord/],
    [
      'another kind than said',
      () => [write('Procfile', 'a: x'), '--from', 'supervisord'],
      /Procfile:1: This is no INI file/,
    ],
    [
      'an app that is no name',
      () => [write('Procfile', 'a: x'), '--app', 'My App'],
      /--app.*Expected is lower-case letters/,
    ],
    [
      '--env for no PM2',
      () => [write('Procfile', 'a: x'), '--env', 'production'],
      /--env chooses among the environments of a PM2 file/,
    ],
    ['a circle of extends', () => [write('c.yaml', 'services: { a: { extends: a } }')], /goes round in a circle\.$/],
  ])('%s', async (_what, words, expected) => {
    const { code, stdout, stderr } = await run(...words());
    expect(stderr).toMatch(/^Error: [^\n]+\n$/);
    expect(stderr.trim()).toMatch(expected);
    expect([code, stdout]).toEqual([2, '']);
  });

  function link(name: string, target: string): string {
    symlinkSync(target, join(folder, name));
    return join(folder, name);
  }

  /** Of holes: it takes no room. */
  function large(): string {
    const file = write('large/Procfile', 'a: x\n');
    truncateSync(file, 100 * 1024 * 1024);
    return file;
  }
});

describe('what was imported runs', () => {
  let one: OneHost;
  beforeAll(async () => {
    one = await OneHost.start();
  });
  afterAll(() => one.stop());

  async function release(app: string, file: string, files: Readonly<Record<string, string>>): Promise<void> {
    const { code, stdout, stderr } = await run(file, '--app', app);
    expect([code, stderr]).toEqual([0, '']);
    await one.cluster.push('1.0.0', { agents: stdout, files });
    const rollout = await one.cluster.cli('rollout', '--app', app, '--version', '1.0.0', '--bake', '0s');
    expect([rollout.code, rollout.stderr]).toEqual([0, '']);
  }

  it('a Procfile', async () => {
    const text = [
      `plain: GREETING="hello you" node tell.mjs 'a  b' '$$\{x}' \\$HOME`,
      'web: node tell.mjs ${PORT:-1} && exec sleep 3600',
      'clock: cd clock && node ../tell.mjs',
    ].join('\n');
    const tell = `console.log(JSON.stringify([process.cwd().split('/').at(-1), process.env.GREETING ?? '', ...process.argv.slice(2)]));
      if (process.env.PORT === undefined) setInterval(() => undefined, 1e6);`;
    await release('procfile', write('run/Procfile', text), {
      'tell.mjs': tell,
      'clock/x': '',
    });
    const told = async (agent: string): Promise<readonly string[]> => {
      const line = (): string | undefined =>
        one
          .logOf(agent)
          .split('\n')
          .find((row) => row.startsWith('['));
      return eventually(() => JSON.parse(line() ?? 'null') as string[] | null);
    };
    expect((await told('plain')).slice(1)).toEqual(['hello you', 'a  b', '$${x}', '$HOME']);
    expect((await told('web')).slice(1)).toEqual(['', '5100']);
    expect((await told('clock')).slice(0, 1)).toEqual(['clock']);
  });

  it('programs of supervisord', async () => {
    const text = `[program:number]
command=sh -c 'echo "number %(process_num)d 100%% \${X}"; exec sleep 3600'
numprocs=2
process_name=%(program_name)s_%(process_num)d
environment=X="$HOME \${Y}"
autorestart=true
[program:later]
command=sh -c 'echo never; exec sleep 3600'
autostart=false
[program:padded]
command=sh -c 'echo "at %(process_num)03d"; exec sleep 3600'
numprocs=2
process_name=%(program_name)s_%(process_num)03d
`;
    await release('supervisord', write('run/supervisord.conf', text), {});
    const logOf = (name: string): string => readFileSync(one.mark(`pc2/log/agents/${name}.log`), 'utf8');
    await eventually(() => expect(logOf('number.0')).toContain('number 0 100% $HOME ${Y}\n'));
    await eventually(() => expect(logOf('number.1')).toContain('number 1 100% $HOME ${Y}\n'));
    await eventually(() => expect(logOf('padded_001.0')).toContain('at 001\n'));
    expect(one.alive('number')).toHaveLength(2);
    expect(one.alive('later')).toEqual([]);
    expect(existsSync(one.mark('pc2/log/agents/later.0.log'))).toBe(false);
  });
});
