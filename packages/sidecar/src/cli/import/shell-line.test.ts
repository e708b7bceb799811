import { execFileSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { shellCommand } from './shell-line.js';

/** What the program of a command line gets, told by itself. */
const PROBE = 'printf "%s\\n" "$#" "$@"';
const heard = (words: readonly string[]): string =>
  execFileSync(words[0] ?? '', words.slice(1), { encoding: 'utf8', env: { PATH: process.env['PATH'], PORT: '7' } });

it.each([
  `say plain words`,
  `say 'single $PORT' "double words" back\\ slash`,
  `say --name="the \\"quoted\\" one" '' "" a'b'"c"`,
  `say "a\\nb" 'it'\\''s' # not this`,
  `say "$PORT" $PORT \${PORT:-3}`,
  `say \\$PORT '\${PORT}'`,
  `true && say two; say three`,
  `say to | cat`,
])('a program gets from %j what a shell gives it', (line) => {
  const say = `sh -c '${PROBE}' say`;
  const typed = line.replaceAll('say ', `${say} `);
  const direct = shellCommand(typed)?.command ?? [];
  expect(heard(direct)).toBe(heard(['sh', '-c', typed]));
});

it.each<[string, readonly string[], Record<string, string>]>([
  ['bundle exec puma', ['bundle', 'exec', 'puma'], {}],
  ['exec node x.js', ['node', 'x.js'], {}],
  ['A=1 B="two words" node x.js', ['node', 'x.js'], { A: '1', B: 'two words' }],
  ['node x.js --port $PORT', ['sh', '-c', 'exec node x.js --port $PORT'], {}],
  ['A=$B node x.js', ['sh', '-c', 'A=$B exec node x.js'], {}],
  ['build && node x.js > log 2>&1', ['sh', '-c', 'build && exec node x.js > log 2>&1'], {}],
  ['tail -F a | grep b', ['sh', '-c', 'tail -F a | grep b'], {}],
  ['a || b', ['sh', '-c', 'a || b'], {}],
  ['a & b', ['sh', '-c', 'a & b'], {}],
  ['ls *.js', ['sh', '-c', 'exec ls *.js'], {}],
  ['. env.sh && node x.js', ['sh', '-c', '. env.sh && exec node x.js'], {}],
  ['ulimit -n 9', ['sh', '-c', 'ulimit -n 9'], {}],
  ['for x in a b; do echo $x; done', ['sh', '-c', 'for x in a b; do echo $x; done'], {}],
  ['(cd x; y)', ['sh', '-c', '(cd x; y)'], {}],
  ['echo `date`', ['sh', '-c', 'exec echo `date`'], {}],
])('%j', (line, command, environment) => {
  expect(shellCommand(line)).toEqual({ environment, command });
});

it('takes a folder from the front of a line', () => {
  expect(shellCommand('cd web && npm start')).toEqual({ environment: {}, command: ['npm', 'start'], folder: 'web' });
  expect(shellCommand('cd $X && npm start')?.command).toEqual(['sh', '-c', 'cd $X && exec npm start']);
});

it('knows a quote that is not closed', () => {
  for (const line of ['a "b', "a 'b", 'a b\\']) {
    expect(shellCommand(line)).toBeUndefined();
  }
});
