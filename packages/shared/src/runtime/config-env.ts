/** Settings that come from the environment of the process. Reads only what it is given; changes nothing. */
import type { z } from 'zod';
import { environmentName } from './environment-name.js';
import type { Problem } from './problem.js';
import { schemaAt } from './schema-walk.js';
import { didYouMean } from './suggest.js';
import { parseYaml } from './yaml-source.js';

export type Env = Readonly<Record<string, string | undefined>>;

export interface Setting {
  readonly path: readonly string[];
  readonly value: unknown;
  /** The variable it came from. */
  readonly origin: string;
}

export interface EnvSettings {
  readonly settings: readonly Setting[];
  readonly problems: readonly Problem[];
}

/** `OUTRIDER_SIDECAR__REDIS__URL=...` is `redis.url`: upper case, `__` for each level. Lists: commas, or YAML. */
export function settingsOfPrefix(schema: z.ZodType, prefix: string, env: Env): EnvSettings {
  const settings: Setting[] = [];
  const problems: Problem[] = [];
  for (const [origin, text] of Object.entries(env)) {
    if (text === undefined || !origin.startsWith(`${prefix}__`)) continue;
    const path = origin
      .slice(prefix.length + 2)
      .toLowerCase()
      .split('__');
    const place = schemaAt(schema, path);
    if (place.found) {
      settings.push({ path, value: read(text, place.takes), origin });
      continue;
    }
    const spelled = (keys: readonly string[]) => [prefix, ...keys].join('__').toUpperCase();
    const candidates = place.known.map((key) => spelled(path.with(place.index, key)));
    const hint = didYouMean(origin, candidates);
    problems.push({ file: 'environment', path: origin, sentence: `${origin} names no setting.${hint}` });
  }
  return { settings, problems };
}

function read(text: string, takes: 'text' | 'list' | 'other'): unknown {
  if (takes === 'text') return text;
  if (takes === 'list' && !text.trimStart().startsWith('[')) {
    return text
      .split(',')
      .map((item) => item.trim())
      .filter((item) => item !== '');
  }
  const parsed = parseYaml(text, '');
  return parsed.ok ? parsed.source.value : text; // the schema will say what it should have been
}

const LEVELS: Readonly<Record<string, string>> = { warning: 'warn', critical: 'fatal', notset: 'trace' };
const isTrue = (text: string | undefined): boolean => /^(?:1|true|yes|on)$/i.test(text ?? '');
const isFalse = (text: string | undefined): boolean => /^(?:0|false|no|off)$/i.test(text ?? '');

/** Variables that other programs of the field know, weakest first. `insecure` is asked for, not yet granted. */
export function commonSettings(env: Env): {
  readonly settings: readonly Setting[];
  readonly insecureBy: string | undefined;
} {
  const settings: Setting[] = [];
  const put = (origin: string, path: readonly string[], value: (text: string) => unknown): void => {
    const text = env[origin];
    if (text !== undefined && text !== '') settings.push({ path, value: value(text), origin });
  };
  const level = (text: string): string => LEVELS[text.toLowerCase()] ?? text.toLowerCase();
  put('AI_SYSTEM_ENV', ['environment'], environmentName);
  put('AI_LOGGING_LEVEL', ['log', 'level'], level);
  if (isTrue(env['AI_SYSTEM_DEBUG'])) put('AI_SYSTEM_DEBUG', ['log', 'level'], () => 'debug');
  if (isTrue(env['DEBUG'])) put('DEBUG', ['log', 'level'], () => 'debug');
  put('LOG_LEVEL', ['log', 'level'], level);
  put('AI_LOGGING_CONSOLE_OUTPUT', ['log', 'console'], (text) => (isFalse(text) ? false : isTrue(text) ? true : text));
  const redisPort = env['AI_REDIS_PORT'] ?? '6379';
  put('AI_REDIS_PORT', ['redis', 'url'], (port) => `redis://127.0.0.1:${port}`);
  put('AI_REDIS_HOST', ['redis', 'url'], (host) => `redis://${host}:${redisPort}`);
  put('REDIS_URL', ['redis', 'url'], (text) => text);
  const insecureBy = ['AI_SECURITY_ENABLE_AUTH', 'AI_SECURITY_SSL_ENABLED'].find((name) => isFalse(env[name]));
  return { settings, insecureBy };
}
