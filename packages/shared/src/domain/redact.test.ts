import { describe, expect, it } from 'vitest';
import { HIDDEN, looksSecret, redact, redactAll } from './redact.js';

describe('a name', () => {
  it.each(['API_KEY', 'GITHUB_TOKEN', 'DB_PASSWORD', 'PGPASS', 'dsn', 'OPENAI_APIKEY', 'authorization', 'x-api-key'])(
    '%s looks secret',
    (name) => expect(looksSecret(name)).toBe(true),
  );
  it.each(['LOG_LEVEL', 'MODEL', 'REGION', 'KEEP_ALIVE', 'HOST', 'BYPASSED'])('%s does not', (name) =>
    expect(looksSecret(name)).toBe(false),
  );
});

describe('a text', () => {
  it.each([
    ['TOKEN=abc and more', 'TOKEN=(hidden) and more'],
    ['error: token=abc', 'error: token=(hidden)'],
    ['{"api_key": "a b", "level": "info"}', '{"api_key": (hidden), "level": "info"}'],
    ['run --password s3cret --port 80', 'run --password (hidden) --port 80'],
    ['run --db-password=s3cret', 'run --db-password=(hidden)'],
    ['to redis://me:pw@host:6379/1 now', 'to redis://(hidden)@host:6379/1 now'],
    ['to postgres://u:p@w@host/db now', 'to postgres://(hidden)@host/db now'],
    ['Authorization: Bearer abcdef123', 'Authorization: (hidden) (hidden)'],
    ['exited with code 1: no such file', 'exited with code 1: no such file'],
    ['http://host:80/path?x=1', 'http://host:80/path?x=1'],
  ])('%s', (text, shown) => {
    const found = redact(text);
    // The scheme of a header may go with its value.
    expect(found.replace('(hidden) (hidden)', '(hidden)')).toBe(shown.replace('(hidden) (hidden)', '(hidden)'));
    // Told on by another, who hides what he does not know.
    expect(redact(found)).toBe(found);
  });
});

it('a JSON value, also the word after a flag in a list of words', () => {
  const value = {
    command: ['run', '--token', 'abc', '--level', 'info'],
    env: { API_KEY: 'k', PORT: '1' },
    passwords: ['a', { value: 'b', of: 1 }],
    n: 1,
    none: null,
  };
  expect(redactAll(value)).toEqual({
    command: ['run', '--token', HIDDEN, '--level', 'info'],
    env: { API_KEY: HIDDEN, PORT: '1' },
    passwords: [HIDDEN, { value: HIDDEN, of: 1 }],
    n: 1,
    none: null,
  });
});
