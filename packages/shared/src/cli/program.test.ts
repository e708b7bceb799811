import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../../../', import.meta.url));
const dist = (file: string): string => join(root, 'packages/shared/dist', file);
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'outrider-cli-'));
  writeFileSync(join(folder, 'package.json'), '{"type":"module","version":"9.8.7"}');
  writeFileSync(
    join(folder, 'prog.js'),
    `#!${process.execPath}
import { newProgram, runProgram } from '${dist('cli/program.js')}';
import { addCompletion } from '${dist('cli/completion.js')}';
import { OutriderError } from '${dist('runtime/errors.js')}';
await runProgram(() => {
  const program = newProgram('prog', 'Does things.', new URL('package.json', import.meta.url)).option('--json', 'JSON').option('--debug', 'traces');
  program.command('fail').argument('<code>').action((code) => { throw new OutriderError(code, 'It went wrong. Try again.'); });
  program.command('bug').action(() => { throw new Error('x is undefined'); });
  program.command('status').option('--all', 'all').action((_, command) => { console.log(JSON.stringify(command.optsWithGlobals())); });
  program.command('code').action(() => { process.exitCode = 20; });
  program.command('pour').action(async () => { for (let i = 0; i < 200000; i++) if (!process.stdout.write('line\\n')) await new Promise((r) => process.stdout.once('drain', r)); });
  program.command('paint').argument('[file]').option('--colour <name>').option('--host <name>').option('--hosts <a,b>');
  program.commands.at(-1).options[0].choices(['red', 'green']).description = 'a colour';
  program.command('group').description('several verbs').action(() => undefined).command('list').description('all of them');
  addCompletion(program, async (kind) => { if (process.argv.includes('--host')) throw new Error('away'); return kind === 'hosts' ? ['pc1', 'pc2'] : []; });
  return program;
});
`,
  );
  chmodSync(join(folder, 'prog.js'), 0o755);
  symlinkSync('prog.js', join(folder, 'prog'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function run(...words: string[]) {
  const result = spawnSync(process.execPath, [join(folder, 'prog.js'), ...words], { encoding: 'utf8' });
  return { code: result.status, stdout: result.stdout, stderr: result.stderr };
}

describe('runProgram', () => {
  it.each([
    ['invalid', 2],
    ['refused', 4],
    ['unavailable', 5],
    ['internal', 1],
  ])('ends with the code of %s', (code, exit) => {
    expect(run('fail', code)).toEqual({ code: exit, stdout: '', stderr: 'Error: It went wrong. Try again.\n' });
  });

  it('says in one sentence what is wrong with the usage', () => {
    expect(run('stats')).toEqual({
      code: 2,
      stdout: '',
      stderr: "Error: Unknown command 'stats'. Did you mean status?\n",
    });
    expect(run('status', '--jsn')).toMatchObject({
      code: 2,
      stderr: "Error: Unknown option '--jsn'. Did you mean --json?\n",
    });
    expect(run('fail')).toMatchObject({ code: 2, stderr: "Error: Missing required argument 'code'. See --help.\n" });
  });

  it('is not led astray by what follows a verb that there is not', () => {
    for (const words of [
      ['stats', '--version', '2'],
      ['--json', 'stats', '--help'],
      ['--json', '--debug', 'stats'],
    ]) {
      expect(run(...words)).toMatchObject({
        code: 2,
        stdout: words.includes('--json') ? `{"error":"Unknown command 'stats'. Did you mean status?"}\n` : '',
        stderr: "Error: Unknown command 'stats'. Did you mean status?\n",
      });
    }
  });

  it('says what went wrong as JSON too where JSON is read, and only there', () => {
    const said = { stdout: '{"error":"It went wrong. Try again."}\n', stderr: 'Error: It went wrong. Try again.\n' };
    expect(run('fail', 'refused', '--json')).toEqual({ code: 4, ...said });
    expect(run('--json', 'fail', 'unavailable')).toEqual({ code: 5, ...said });
    expect(run('fail', '--', 'refused', '--json')).toMatchObject({ code: 2, stdout: '' });
    const bug = run('bug', '--debug', '--json');
    expect(bug.stdout).toBe('{"error":"x is undefined. This is a bug of Outrider; --debug shows where."}\n');
    expect(run('--json', 'group', 'xyzzy')).toMatchObject({
      code: 2,
      stdout: `{"error":"Unknown command 'xyzzy'. See --help."}\n`,
    });
    expect(run('--json')).toMatchObject({ code: 2, stdout: '{"error":"A verb is missing. See --help."}\n' });
  });

  it('shows no stack trace, unless asked', () => {
    expect(run('bug')).toEqual({
      code: 1,
      stdout: '',
      stderr: 'Error: x is undefined. This is a bug of Outrider; --debug shows where.\n',
    });
    expect(run('bug', '--debug').stderr).toMatch(/\n {4}at /);
    process.env['DEBUG'] = '1';
    expect(run('bug').stderr).toMatch(/\n {4}at /);
    delete process.env['DEBUG'];
  });

  it('takes options of the program before and after the verb', () => {
    expect(run('--json', 'status', '--all').stdout).toBe('{"all":true,"json":true}\n');
    expect(run('status', '--all', '--json').stdout).toBe('{"all":true,"json":true}\n');
  });

  it('keeps the code of the verb, and 0 for help and version', () => {
    expect(run('code').code).toBe(20);
    expect(run('--version')).toEqual({ code: 0, stdout: '9.8.7\n', stderr: '' });
    expect(run('--help').code).toBe(0);
  });

  it('ends quietly when its reader has gone', () => {
    const piped = spawnSync(
      'bash',
      ['-c', `"$0" "$1" pour | head -1; echo "\${PIPESTATUS[0]}"`, process.execPath, join(folder, 'prog.js')],
      {
        encoding: 'utf8',
      },
    );
    expect(piped.stdout).toBe('line\n0\n');
    expect(piped.stderr).toBe('');
  });

  it('says what was probably meant, also of flags with a value, values, and verbs of a verb', () => {
    for (const [words, sentence] of [
      [['status', '--al=1'], "Unknown option '--al=1'. Did you mean --all?"],
      [['paint', '--colour', 'gren'], /is invalid\. Allowed choices are red, green\. Did you mean "green"\?/],
      [['group', 'lsit'], "Unknown command 'lsit'. Did you mean list?"],
      [['group', 'xyzzy'], "Unknown command 'xyzzy'. See --help."],
    ] as const) {
      const { code, stdout, stderr } = run(...words);
      expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
      expect(stderr).toMatch(typeof sentence === 'string' ? `Error: ${sentence}\n` : sentence);
    }
  });
});

describe('completion', () => {
  const asked = (...words: string[]): string[] =>
    run('__complete', '--', ...words)
      .stdout.split('\n')
      .slice(0, -1);

  it('knows verbs, options, choices and values, and what each is', () => {
    expect(asked('st')).toEqual(['status']);
    expect(asked('status', '--a')).toEqual(['--all\tall']);
    expect(asked('paint', '--colour', '')).toEqual(['red', 'green']);
    expect(asked('paint', '--colour=g')).toEqual(['--colour=green']);
    expect(asked('paint', '--colour', '=', 'g')).toEqual(['green']);
    expect(asked('paint', '--hosts', 'pc1,')).toEqual(['pc1,pc2']);
    expect(asked('paint', '--colour', 'red', '--')).not.toContain('--colour\ta colour');
    expect(asked('fail', '')).toEqual([]);
    expect(asked('group', '')).toEqual(['list\tall of them']);
    expect(asked('paint', '')).toEqual([':files']);
    expect(asked('paint', '--host', '')).toEqual([]); // whoever knows them failed
  });

  const scripts: Readonly<Record<string, readonly [string, string]>> = {
    bash: [
      `source <(prog completion bash); COMP_WORDS=(prog paint --colour ''); COMP_CWORD=3; _prog_complete; printf '%s\n' "\${COMPREPLY[@]}"`,
      'red\ngreen\n',
    ],
    zsh: [
      `compdef() { :; }; _describe() { print -l -- "\${(@P)2}" }; source <(prog completion zsh); words=(prog gr); CURRENT=2; _prog`,
      'group:several verbs\n',
    ],
    fish: [`prog completion fish | source; complete -C 'prog paint --colour '`, 'green\nred\n'],
  };
  for (const [shell, [script, expected]] of Object.entries(scripts)) {
    it.skipIf(spawnSync(shell, ['-c', 'true']).status !== 0)(`works in ${shell}`, () => {
      const env = { ...process.env, PATH: `${folder}:${process.env['PATH'] ?? ''}`, HOME: folder };
      const result = spawnSync(shell, ['-c', script], { encoding: 'utf8', env });
      expect(result.stderr).toBe('');
      expect(result.stdout).toBe(expected);
    });
  }

  it('is a document with --json', () => {
    const { shell, script } = JSON.parse(run('completion', 'bash', '--json').stdout) as Record<string, string>;
    expect([shell, script]).toEqual(['bash', run('completion', 'bash').stdout]);
  });

  it('refuses other shells', () => {
    expect(run('completion', 'fisk')).toMatchObject({ code: 2, stderr: expect.stringContaining('"fish"') as string });
  });
});
