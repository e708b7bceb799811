import { expect, it } from 'vitest';
import { openSource } from './source.js';
import { fromSupervisord } from './supervisord.js';
import { example, said, settingsOf, sourceOf } from './testing/sample.js';

const fromText = (text: string, beside = {}) => fromSupervisord(sourceOf('supervisord.conf', text, beside));

it('carries over a whole configuration, with what it includes', () => {
  const imported = fromSupervisord(openSource(example('supervisor/supervisord.conf')));
  expect(imported.agents.map(({ name }) => name)).toEqual([
    'frontier',
    'fetch_00',
    'fetch_01',
    'fetch_02',
    'parse',
    'admin_ui',
  ]);
  expect(settingsOf(imported, 'frontier')).toEqual({
    command: ['bin/frontier', '--listen', '127.0.0.1:7700', '--name', 'the frontier'],
    user: 'crawl',
    environment: { LANG: 'C.UTF-8' },
    stop_signal: 'SIGINT',
    stop_grace_period: '30s',
    resources: { open_files: 65536 },
  });
  expect(settingsOf(imported, 'fetch_01')).toMatchObject({
    command: ['/usr/bin/python3', '-u', 'fetch.py', '--frontier', '127.0.0.1:7700', '--shard', '01'],
    environment: { API_TOKEN: 'a,b;c', HOME: '/home/crawl', MODE: 'fast', PROXY: '${HTTP_PROXY}', RATE: '50%' },
    restart: 'on-failure',
  });
  expect(settingsOf(imported, 'parse')).toMatchObject({
    command: ['sh', '-c', 'exec parse --worker=${OUTRIDER_INSTANCE} --price "$5 $${x}"'],
    replicas: 2,
  });
  expect(settingsOf(imported, 'admin_ui')).toMatchObject({
    replicas: 0,
    restart: 'no',
    sockets: [{ name: 'fcgi', listen: '127.0.0.1:9002' }],
  });
});

it('says what could not be carried over', () => {
  const imported = fromSupervisord(openSource(example('supervisor/supervisord.conf')));
  expect(said(imported, 'eventlistener:memmon')).toMatch(/was left out: it speaks the event protocol/);
  expect(said(imported, '[group:crawl]')).toMatch(/^of fetch and parse/);
  expect(said(imported, 'environment')).toMatch(/\$\{HTTP_PROXY\} came from the environment of supervisord/);
  expect(said(imported, 'startsecs', 'frontier')).toMatch(/"healthcheck"/);
  expect(said(imported, 'directory', 'fetch_00')).toMatch(/\/srv\/crawl is outside the release/);
  expect(said(imported, 'exitcodes', 'fetch_00')).toMatch(/0, 2/);
  expect(said(imported, 'umask', 'fetch_00')).toMatch(/umask 022; exec/);
  expect(said(imported, 'priority', 'parse')).toMatch(/after frontier/);
  expect(said(imported, 'priority', 'frontier')).toBe('');
  expect(said(imported, 'numprocs', 'fetch_02')).toMatch(/what is said of fetch_00/);
  expect(said(imported, 'autostart', 'admin_ui')).toMatch(/"replicas" is 1/);
});

it.each<[string, Record<string, unknown>]>([
  ['autorestart=true', {}],
  ['autorestart=unexpected', { restart: 'on-failure' }],
  ['autorestart=FALSE', { restart: 'no' }],
])('%s', (line, expected) => {
  expect(settingsOf(fromText(`[program:a]\ncommand=x\n${line}\n`), 'a')).toEqual({ command: ['x'], ...expected });
});

it('keeps names in the release, and numbers from another start', () => {
  const text =
    '[program:a]\ncommand=%(here)s/run --at=%(here)s/etc --n %(process_num)d\nnumprocs=2\nnumprocs_start=5\ndirectory=%(here)s/sub\nautorestart=true\n';
  const imported = fromText(text);
  expect(imported.agents.map(({ name, settings }) => [name, settings])).toEqual([
    ['a-5', { command: ['../run', '--at=../etc', '--n', '5'], working_dir: 'sub' }],
    ['a-6', { command: ['../run', '--at=../etc', '--n', '6'], working_dir: 'sub' }],
  ]);
});

it('reads what is included under the name of its file', () => {
  const text = '[include]\nfiles = conf.d/*.conf\n';
  expect(() => fromText(text, { 'conf.d/a.conf': '[program:a]\nnonsense' })).toThrow(
    /conf\.d\/a\.conf:2: This is neither/,
  );
  expect(fromText(text, { 'conf.d/a.conf': '[program:a]\ncommand=x' }).agents).toHaveLength(1);
});

it.each([
  ['[supervisord]\nlogfile=x', 'There is no [program:NAME] in it.'],
  ['[program:a]\nuser=x', 'supervisord.conf:1: [program:a] has no command.'],
  ['[program:a]\ncommand=x "y', 'supervisord.conf:2: command has a quote that is not closed.'],
  ['[program:a]\ncommand=x\nnumprocs=two', 'supervisord.conf:3: numprocs must be a whole number, not "two".'],
  [
    '[program:a]\ncommand=x\nautorestart=often',
    'supervisord.conf:3: autorestart must be true, false or unexpected, not "often".',
  ],
  ['[program:a]\ncommand=x %(unknown)s', 'supervisord.conf:2: %(unknown)s is nothing that supervisord fills in.'],
  ['[program:a]\ncommand=x\nenvironment=A', 'supervisord.conf:3: This is no list of KEY="value": "A".'],
])('%j', (text, sentence) => {
  expect(() => fromText(text)).toThrow(sentence);
});
