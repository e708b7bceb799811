import { expect, it } from 'vitest';
import { fromProcfile } from './procfile.js';
import { openSource } from './source.js';
import { example, said, settingsOf, sourceOf } from './testing/sample.js';

it('carries over a whole Procfile, with a shell only where one is needed', () => {
  const imported = fromProcfile(openSource(example('Procfile')));
  expect(Object.fromEntries(imported.agents.map(({ name, settings }) => [name, settings]))).toEqual({
    web: {
      command: ['sh', '-c', 'RAILS_ENV=production exec bundle exec puma -C config/puma.rb -p $PORT'],
      environment: { PORT: '5000' },
    },
    worker: { command: ['bundle', 'exec', 'sidekiq', '-q', 'default', '-q', 'mail out'] },
    clock: { command: ['node', 'clock.js'], working_dir: 'clock' },
    assets: { command: ['sh', '-c', 'bin/build && exec node server.js --dir public > /dev/null'] },
    tail: { command: ['sh', '-c', 'tail -F log/a.log | grep --line-buffered ERROR'] },
  });
  expect(said(imported, 'release')).toMatch(/rails db:migrate" runs once/);
  expect(said(imported, 'PORT', 'web')).toMatch(/foreman/);
});

it('leaves to the shell what is in braces, and names what is in .env', () => {
  const source = sourceOf('Procfile', 'Api: A=$$ node x ${PORT:-80}\n', { '.env': '# x\nexport KEY=1\nURL = y\n' });
  const imported = fromProcfile(source);
  expect(settingsOf(imported, 'api')['command']).toEqual(['sh', '-c', 'A=$$$ exec node x $${PORT:-80}']);
  expect(said(imported, 'name', 'api')).toBe('was Api.');
  expect(said(imported, '.env')).toMatch(/write KEY and URL under "environment"/);
});

it.each([
  ['# nothing', 'Procfile: There is no "name: command" in it.'],
  ['web: x\nworker', 'Procfile:2: This is no "name: command": "worker".'],
  ['web: x "y', 'Procfile:1: A quote is not closed.'],
])('%j', (text, sentence) => {
  expect(() => fromProcfile(sourceOf('Procfile', text))).toThrow(sentence);
});
