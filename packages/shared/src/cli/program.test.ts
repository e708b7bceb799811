import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
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
    `import { newProgram, runProgram } from '${dist('cli/program.js')}';
import { addCompletion } from '${dist('cli/completion.js')}';
import { OutriderError } from '${dist('runtime/errors.js')}';
await runProgram(() => {
  const program = newProgram('prog', 'Does things.', new URL('package.json', import.meta.url)).option('--json', 'JSON').option('--debug', 'traces');
  program.command('fail').argument('<code>').action((code) => { throw new OutriderError(code, 'It went wrong. Try again.'); });
  program.command('bug').action(() => { throw new Error('x is undefined'); });
  program.command('status').option('--all', 'all').action((_, command) => { console.log(JSON.stringify(command.optsWithGlobals())); });
  program.command('code').action(() => { process.exitCode = 20; });
  program.command('pour').action(async () => { for (let i = 0; i < 200000; i++) if (!process.stdout.write('line\\n')) await new Promise((r) => process.stdout.once('drain', r)); });
  addCompletion(program);
  return program;
});
`,
  );
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
        stdout: '',
        stderr: "Error: Unknown command 'stats'. Did you mean status?\n",
      });
    }
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

  it('completes verbs and options in bash', () => {
    const script = `source <("$0" "$1" completion bash); COMP_WORDS=(prog st); COMP_CWORD=1; _prog_complete; echo "\${COMPREPLY[*]}"; COMP_WORDS=(prog status --a); COMP_CWORD=2; _prog_complete; echo "\${COMPREPLY[*]}"`;
    const result = spawnSync('bash', ['-c', script, process.execPath, join(folder, 'prog.js')], { encoding: 'utf8' });
    expect(result.stdout).toBe('status\n--all\n');
    expect(run('completion', 'fish')).toMatchObject({ code: 2 });
  });
});
