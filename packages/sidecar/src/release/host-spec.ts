/** Reads a host spec: whatever becomes a name, a path or a loop is looked at here, before anything uses it. */
import type { HostAgent } from '@outrider/shared/domain/agent.js';
import { isDigest, isName, isVersion } from '@outrider/shared/domain/name.js';
import { type DataPath, type HostPrepare, isPlace, isWithin, linksOf } from '@outrider/shared/domain/prepare.js';
import type { HostSpec } from '@outrider/shared/domain/release.js';
import { OutriderError } from '@outrider/shared/runtime/errors.js';

/**
 * What the digest proves was made by a coordinator; this guards against what is no host spec at all.
 * @throws OutriderError('invalid') that begins with `where`.
 */
export function parseSpec(content: Uint8Array, where: string): HostSpec {
  let value: Partial<Record<keyof HostSpec, unknown>> | null;
  try {
    value = JSON.parse(Buffer.from(content).toString('utf8')) as typeof value;
  } catch (error) {
    throw new OutriderError('invalid', `${where} is no JSON.`, { cause: error });
  }
  const named = [value?.app, value?.host, value?.environment].every(isNamed);
  if (!named || !isText(value?.version) || !isText(value.digest) || !Array.isArray(value.agents)) {
    throw new OutriderError('invalid', `${where} needs app, version, digest, environment, host and agents.`);
  }
  const names = new Set<unknown>();
  for (const [index, agent] of value.agents.entries()) {
    const problem =
      problemOf(agent) ?? (names.has((agent as HostAgent).name) ? 'the name of another agent' : undefined);
    if (problem !== undefined) throw new OutriderError('invalid', `${where}: agents[${index}] has ${problem}.`);
    names.add((agent as HostAgent).name);
  }
  const problem = problemOfPlaces(value.prepare, value.data);
  if (problem !== undefined) throw new OutriderError('invalid', `${where} has ${problem}.`);
  return { hosts: {}, ...value } as unknown as HostSpec;
}

/** They become paths below data_dir, and links in the tree. In words, what is wrong with them. */
function problemOfPlaces(prepare: unknown = [], data: unknown = []): string | undefined {
  if (!isListOf(isStep)(prepare)) return 'no proper "prepare"';
  if (!isListOf(isDataPath)(data)) return 'no proper "data"';
  const links = linksOf({ prepare: prepare as HostPrepare[], data: data as DataPath[] });
  const crossing = links.find((path, index) =>
    links.some((other, at) => at !== index && (isWithin(path, other) || isWithin(other, path))),
  );
  return crossing === undefined ? undefined : `two things at "${crossing}"`;
}

const isPlacePath = (value: unknown): boolean => isText(value) && isPlace(value) && !value.endsWith('/');
const isStep = (value: unknown): boolean =>
  isObject(value) &&
  [value['command'], value['creates']].every((list) => isListOf(isText)(list) && (list as unknown[]).length > 0) &&
  [value['files'], value['dependsOn']].every(isListOf(isText)) &&
  isListOf(isPlacePath)(value['creates']) &&
  isNamed(value['name']) &&
  isObject(value['environment']) &&
  Object.values(value['environment']).every(isText) &&
  isCount(value['timeoutMs']) &&
  isText(value['inputs']) &&
  isDigest(value['inputs']) &&
  isText(value['user'] ?? '');
const isDataPath = (value: unknown): boolean =>
  isObject(value) &&
  isPlacePath(value['path']) &&
  isPlacePath(value['folder']) &&
  isWithin(value['path'] as string, value['folder'] as string) &&
  ['file', 'folder'].includes(value['kind'] as string) &&
  isText(value['user'] ?? '');

const isText = (value: unknown): value is string => typeof value === 'string';
const isNamed = (value: unknown): boolean => isText(value) && isName(value);
const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 0;
const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isListOf =
  (of: (item: unknown) => boolean) =>
  (value: unknown): boolean =>
    Array.isArray(value) && value.every(of);

const MEMBERS: { readonly [K in keyof HostAgent]?: (value: unknown) => boolean } = {
  name: isNamed,
  command: (value) => isListOf(isText)(value) && (value as unknown[]).length > 0,
  replicas: isCount,
  environment: (value) => isObject(value) && Object.values(value).every(isText),
  workingDir: isText,
  dependsOn: isListOf((one) => isObject(one) && isNamed(one['agent'])),
  healthchecks: isListOf((one) => isObject(one) && isObject(one['method']) && Array.isArray(one['purposes'])),
  restart: (value) => isObject(value) && isText(value['kind']),
  stopSignal: isText,
  stopGraceMs: isCount,
  order: isText,
  parallelism: isCount,
  sockets: isListOf(
    (one) => isObject(one) && isText(one['name']) && isText(one['listen']) && isCount(one['mode'] ?? 0),
  ),
  fingerprint: isText,
  release: (value) =>
    value === undefined ||
    (isObject(value) &&
      isText(value['version']) &&
      isVersion(value['version']) &&
      isText(value['digest']) &&
      isDigest(value['digest'])),
};

/** In words, what is wrong with it. */
function problemOf(agent: unknown): string | undefined {
  if (!isObject(agent)) return 'no members';
  const wrong = Object.entries(MEMBERS).find(([member, isRight]) => !isRight(agent[member]));
  return wrong === undefined ? undefined : `no proper "${wrong[0]}"`;
}
