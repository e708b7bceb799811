/**
 * Compiles the configuration of a daemon once: file, then environment, then what flags say; checked, frozen.
 * Nothing is silently corrected: whatever is wrong is named with its place.
 *
 * The schema is made of the kinds of shape.ts; `commonConfig` has the keys that both daemons know:
 *
 *     const schema = strict({ ...commonConfig, hosts: list(name('a host'), '[pc2]').default([]) });
 *     const compiled = compileConfig({
 *       schema, prefix: 'OUTRIDER_COORDINATOR', env: process.env,
 *       file: options.config, defaultFile: '/etc/outrider/coordinator.yaml',
 *     });
 *     if (!compiled.ok) throw problemsError(compiled.problems);
 *     compiled.config.redis.url; // typed, frozen
 */
import { readFileSync } from 'node:fs';
import type { z } from 'zod';
import { check, formatPath } from './checked.js';
import { commonSettings, type Env, type Setting, settingsOfPrefix } from './config-env.js';
import { environmentName } from './environment-name.js';
import { byLine, type Problem } from './problem.js';
import { parseYaml, type ValuePath, type YamlSource } from './yaml-source.js';

export interface ConfigSources<S extends z.ZodType> {
  readonly schema: S;
  readonly prefix: 'OUTRIDER_SIDECAR' | 'OUTRIDER_COORDINATOR';
  /** Asked for by name: it must be there. */
  readonly file?: string | undefined;
  /** Read only where it exists and no file was asked for. */
  readonly defaultFile?: string | undefined;
  readonly env: Env;
  /** What flags say; strongest. */
  readonly flags?: readonly { readonly path: readonly string[]; readonly value: unknown; readonly origin: string }[];
}

export type CompiledConfig<T> =
  | {
      readonly ok: true;
      readonly config: DeepReadonly<T>;
      /** The file that was read. */
      readonly file?: string;
      /** Sentences for the log: what was understood otherwise than one may think. */
      readonly notes: readonly string[];
    }
  | { readonly ok: false; readonly problems: readonly Problem[] };

export type DeepReadonly<T> = T extends (infer I)[]
  ? readonly DeepReadonly<I>[]
  : T extends object
    ? { readonly [K in keyof T]: DeepReadonly<T[K]> }
    : T;

export function compileConfig<S extends z.ZodType>(sources: ConfigSources<S>): CompiledConfig<z.output<S>> {
  const read = readSource(sources);
  if (!read.ok) return read;
  const fromPrefix = settingsOfPrefix(sources.schema, sources.prefix, sources.env);
  const common = commonSettings(sources.env);
  const { value, origins, notes } = merge(read.source?.value ?? {}, common, [
    ...fromPrefix.settings,
    ...(sources.flags ?? []),
  ]);
  const checked = check(sources.schema, value);
  const problems = checked.ok
    ? fromPrefix.problems
    : [
        ...fromPrefix.problems,
        ...checked.findings.map(({ path, message }) => locate(path, message, origins, read.source)),
      ];
  if (!checked.ok || problems.length > 0) return { ok: false, problems: [...problems].sort(byLine) };
  const file = read.source === undefined ? {} : { file: read.source.file };
  return { ok: true, config: freeze(checked.value) as DeepReadonly<z.output<S>>, ...file, notes };
}

type Read =
  | { readonly ok: true; readonly source: YamlSource | undefined }
  | { readonly ok: false; readonly problems: readonly Problem[] };

function readSource({ file, defaultFile }: ConfigSources<z.ZodType>): Read {
  const path = file ?? defaultFile;
  if (path === undefined) return { ok: true, source: undefined };
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' && file === undefined) return { ok: true, source: undefined };
    const why = WHY_UNREADABLE[code ?? ''] ?? `cannot be read: ${(error as Error).message}`;
    return { ok: false, problems: [{ file: path, path: '', sentence: `The configuration file ${why}.` }] };
  }
  const parsed = parseYaml(text, path);
  if (!parsed.ok) return parsed;
  const { source } = parsed;
  if (source.value === null) return { ok: true, source: { ...source, value: {} } };
  if (typeof source.value === 'object' && !Array.isArray(source.value)) return { ok: true, source };
  return { ok: false, problems: [{ file: path, line: 1, path: '', sentence: 'The file must be a map of settings.' }] };
}

const WHY_UNREADABLE: Readonly<Record<string, string>> = {
  ENOENT: 'does not exist',
  EACCES: 'may not be read by this user',
  EISDIR: 'is a folder',
};

interface Merged {
  readonly value: unknown;
  /** Path to the variable or flag that it came from. */
  readonly origins: ReadonlyMap<string, string>;
  readonly notes: readonly string[];
}

function merge(base: unknown, common: ReturnType<typeof commonSettings>, strong: readonly Setting[]): Merged {
  const value = structuredClone(base) as Record<string, unknown>;
  const origins = new Map<string, string>();
  const notes: string[] = [];
  for (const setting of [...common.settings, ...strong]) {
    put(value, setting.path, setting.value);
    origins.set(formatPath(setting.path), setting.origin);
  }
  if (typeof value['environment'] === 'string') value['environment'] = environmentName(value['environment']);
  if (common.insecureBy !== undefined && value['insecure'] === undefined) {
    const environment = value['environment'] ?? 'local';
    if (environment === 'local' || environment === 'development') {
      value['insecure'] = true;
      origins.set('insecure', common.insecureBy);
    } else {
      notes.push(`${common.insecureBy} is ignored: only in local and development does it mean "insecure: true".`);
    }
  }
  return { value, origins, notes };
}

function put(target: Record<string, unknown>, path: readonly string[], value: unknown): void {
  const [key = '', ...rest] = path;
  if (rest.length === 0) {
    target[key] = value;
    return;
  }
  const child = target[key];
  const map = typeof child === 'object' && child !== null && !Array.isArray(child) ? child : {};
  target[key] = map;
  put(map as Record<string, unknown>, rest, value);
}

function locate(
  path: ValuePath,
  message: string,
  origins: ReadonlyMap<string, string>,
  source: YamlSource | undefined,
): Problem {
  const where = formatPath(path);
  const sentence = `${where === '' ? 'The configuration' : where} ${message}`;
  for (let end = path.length; end > 0; end -= 1) {
    const origin = origins.get(formatPath(path.slice(0, end)));
    if (origin !== undefined) return { file: origin, path: where, sentence };
  }
  if (source === undefined) return { file: 'configuration', path: where, sentence };
  return { file: source.file, line: source.lineOf(path), path: where, sentence };
}

function freeze(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  for (const member of Object.values(value)) freeze(member);
  return Object.freeze(value);
}
