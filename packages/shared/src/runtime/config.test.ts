import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { compileConfig } from './config.js';
import { COMMON_UNSUPPORTED, commonConfig, hostName, labels, listenOn } from './config-common.js';
import { formatProblem } from './problem.js';
import { strict, whole } from './shape.js';

const schema = strict(
  {
    ...commonConfig,
    host: hostName().default('here'),
    labels: labels(),
    listen: strict({ grpc: listenOn().default(['127.0.0.1:7070']) }).prefault({}),
    max_starting: whole(1, 100).default(4),
  },
  { unsupported: COMMON_UNSUPPORTED },
);

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'outrider-config-'));
  file = join(folder, 'sidecar.yaml');
});
afterEach(() => rmSync(folder, { recursive: true }));

function compile(text: string | undefined, env: Record<string, string> = {}) {
  if (text !== undefined) writeFileSync(file, text);
  return compileConfig({ schema, prefix: 'OUTRIDER_SIDECAR', env, ...(text === undefined ? {} : { file }) });
}

function good(text: string | undefined, env: Record<string, string> = {}) {
  const compiled = compile(text, env);
  if (!compiled.ok) throw new Error(compiled.problems.map(formatProblem).join('\n'));
  return compiled;
}

function bad(text: string | undefined, env: Record<string, string> = {}): string[] {
  const compiled = compile(text, env);
  return compiled.ok ? [] : compiled.problems.map((problem) => formatProblem(problem).replace(file, 'FILE'));
}

describe('compileConfig', () => {
  it('has defaults for everything', () => {
    expect(good(undefined).config).toMatchObject({
      environment: 'local',
      redis: {},
      insecure: false,
    });
  });

  it('is frozen to the leaves', () => {
    const { config } = good('listen: { grpc: ["127.0.0.1:1"] }');
    expect(Object.isFrozen(config.listen.grpc)).toBe(true);
  });

  it('names file, line and key of everything that is wrong', () => {
    expect(bad('host: Foo\nredis:\n  ulr: x\nlisten: { grpc: 7070 }\ntls: {}\nmax_startin: 3\n')).toEqual([
      expect.stringMatching(/^FILE:1: host must be the name of a host .*, not "Foo"\.$/),
      'FILE:3: redis.ulr is not known. Did you mean "url"?',
      'FILE:4: listen.grpc must be a list, such as ["127.0.0.1:7070"], not 7070.',
      'FILE:5: tls is not supported yet by this version of Outrider.',
      'FILE:6: max_startin is not known. Did you mean "max_starting"?',
    ]);
  });

  it('takes every setting from the environment, in its kind', () => {
    const { config } = good('max_starting: 3\nredis: { url: "redis://file:1" }', {
      OUTRIDER_SIDECAR__REDIS__URL: 'redis://env:1',
      OUTRIDER_SIDECAR__LISTEN__GRPC: '127.0.0.1:1, 127.0.0.2:2',
      OUTRIDER_SIDECAR__MAX_STARTING: '7',
      OUTRIDER_SIDECAR__LABELS__GPU: 'true',
      OUTRIDER_SIDECAR__INSECURE: 'true',
      OUTRIDER_COORDINATOR__HOST: 'not-ours',
    });
    expect(config).toMatchObject({
      host: 'here',
      redis: { url: 'redis://env:1' },
      listen: { grpc: ['127.0.0.1:1', '127.0.0.2:2'] },
      max_starting: 7,
      labels: { gpu: 'true' },
      insecure: true,
    });
  });

  it('names the variable that is wrong', () => {
    expect(
      bad('', { OUTRIDER_SIDECAR__REDS__URL: 'x', OUTRIDER_SIDECAR__MAX_STARTING: 'x', LOG_LEVEL: 'loud' }),
    ).toEqual([
      'environment: OUTRIDER_SIDECAR__REDS__URL names no setting. Did you mean "OUTRIDER_SIDECAR__REDIS__URL"?',
      'LOG_LEVEL: log.level must be trace, debug, info, warn, error, fatal or silent, not "loud".',
      'OUTRIDER_SIDECAR__MAX_STARTING: max_starting must be a whole number from 1 to 100, not "x".',
    ]);
  });

  it.each<[Record<string, string>, object]>([
    [{ LOG_LEVEL: 'WARNING' }, { log: { level: 'warn' } }],
    [{ DEBUG: '1' }, { log: { level: 'debug' } }],
    [{ DEBUG: 'express:*' }, { log: { level: 'info' } }],
    [{ AI_SYSTEM_DEBUG: 'true' }, { log: { level: 'debug' } }],
    [{ AI_LOGGING_LEVEL: 'ERROR' }, { log: { level: 'error' } }],
    [{ AI_LOGGING_CONSOLE_OUTPUT: 'false' }, { log: { console: false } }],
    [{ AI_SYSTEM_ENV: 'prod' }, { environment: 'production' }],
    [{ AI_REDIS_HOST: 'r', AI_REDIS_PORT: '7' }, { redis: { url: 'redis://r:7' } }],
    [{ AI_REDIS_HOST: 'r', REDIS_URL: 'redis://s:8' }, { redis: { url: 'redis://s:8' } }],
    [{ REDIS_URL: 'redis://s:8', OUTRIDER_SIDECAR__REDIS__URL: 'redis://t:9' }, { redis: { url: 'redis://t:9' } }],
    [{ AI_SECURITY_ENABLE_AUTH: 'false' }, { insecure: true }],
    [{ AI_SECURITY_SSL_ENABLED: 'false', AI_SYSTEM_ENV: 'dev' }, { insecure: true }],
    [{ AI_SECURITY_SSL_ENABLED: 'true' }, { insecure: false }],
  ])('understands %o', (env, expected) => {
    expect(good('', env).config).toMatchObject(expected);
  });

  it('stays secure in production whatever the security variables say, and notes it', () => {
    const compiled = good('environment: production', { AI_SECURITY_SSL_ENABLED: 'false' });
    expect(compiled.config.insecure).toBe(false);
    expect(compiled.notes).toEqual([expect.stringMatching(/^AI_SECURITY_SSL_ENABLED is ignored/)]);
  });

  it('wants a file that was asked for, not one that is only the default', () => {
    const ask = (sources: object) => compileConfig({ schema, prefix: 'OUTRIDER_SIDECAR', env: {}, ...sources });
    expect(ask({ file: join(folder, 'no') })).toMatchObject({
      ok: false,
      problems: [{ sentence: 'The configuration file does not exist.' }],
    });
    expect(ask({ file: folder })).toMatchObject({
      ok: false,
      problems: [{ sentence: 'The configuration file is a folder.' }],
    });
    expect(ask({ defaultFile: join(folder, 'no') })).toMatchObject({ ok: true });
  });

  it('takes an environment that is called like something of JavaScript', () => {
    expect(good('environment: constructor\n').config.environment).toBe('constructor');
  });

  it('wants a map', () => {
    expect(bad('- a')).toEqual(['FILE:1: The file must be a map of settings.']);
    expect(good('').config.host).toBe('here');
  });
});
