import { expect, test } from 'vitest';
import { agentsArgument, logLine, sinceOption } from './log-options.js';

test('logs: a moment is a time, or so long ago', () => {
  expect(sinceOption('2026-01-02T03:04:05Z')).toBe(Date.UTC(2026, 0, 2, 3, 4, 5));
  expect(sinceOption('2026-01-02T03:04:05.5+01:00')).toBe(Date.UTC(2026, 0, 2, 2, 4, 5, 500));
  const before = Date.now();
  const ago = sinceOption('10m');
  expect(ago).toBeGreaterThanOrEqual(before - 600_000);
  expect(ago).toBeLessThanOrEqual(Date.now() - 600_000);
});

test.each(['', '10', 'yesterday', '2026-01-02', '2026-01-02T03:04:05', '2026-13-02T03:04:05Z', '-5m', '99999999h'])(
  'logs: %j is no moment',
  (text) => expect(() => sinceOption(text)).toThrow(/Expected is a duration .* or a time such as/),
);

test('logs: a moment that is still to come is refused', () => {
  expect(() => sinceOption('2999-01-01T00:00:00Z')).toThrow('has not come yet');
});

test('logs: agents are named once each', () => {
  expect(['a', 'b', 'a'].reduce<readonly string[]>((all, one) => agentsArgument(one, all), [])).toEqual(['a', 'b']);
  expect(() => agentsArgument('Not A Name')).toThrow('Expected are');
});

test('logs: a line says where it comes from, as far as that is asked for', () => {
  const line = { host: 'pc2', agent: 'web', instance: 1, line: 'hello' };
  expect(logLine(line, 'none')).toBe('hello');
  expect(logLine(line, 'instance')).toBe('web.1 | hello');
  expect(logLine(line, 'host')).toBe('pc2/web.1 | hello');
});
