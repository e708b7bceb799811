/** `extends` of Compose: a service on top of another one, of the same file or of one beside it. */
import { parseYaml } from '@outrider/shared/runtime/yaml-source.js';
import { invalid, type Source } from './source.js';
import { asText, isMap, type ValueMap } from './values.js';

const DEEPEST = 10;
/** Lists of both services count. */
const JOINED = new Set(['ports', 'expose', 'volumes', 'secrets', 'configs', 'dns', 'tmpfs', 'cap_add', 'profiles']);

/** @throws OutriderError('invalid') where it leads nowhere. */
export function extended(name: string, service: ValueMap, services: ValueMap, source: Source, depth = 0): ValueMap {
  const from = service['extends'];
  if (from === undefined || from === null) return service;
  if (depth === DEEPEST) throw invalid(source.file, `services.${name}.extends goes round in a circle.`);
  const base = typeof from === 'string' ? from : isMap(from) ? asText(from['service']) : undefined;
  const file = isMap(from) ? asText(from['file']) : undefined;
  const others = file === undefined ? services : servicesOf(file, source);
  const found = base === undefined ? undefined : others?.[base];
  const { extends: _, ...own } = service;
  if (!isMap(found) || base === undefined) {
    const where = file === undefined ? 'this file has not' : `${file} has not, or it cannot be read`;
    throw invalid(source.file, `services.${name}.extends names ${JSON.stringify(base ?? '')}, which ${where}.`);
  }
  return merged(extended(base, found, others ?? {}, source, depth + 1), own);
}

function servicesOf(file: string, source: Source): ValueMap | undefined {
  const text = source.read(file);
  const parsed = text === undefined ? undefined : parseYaml(text, file);
  const value = parsed?.ok === true ? parsed.source.value : undefined;
  return isMap(value) && isMap(value['services']) ? value['services'] : undefined;
}

/** As Compose merges: maps key by key, a few lists one after the other, all else replaced. */
function merged(base: ValueMap, own: ValueMap): ValueMap {
  const result: Record<string, unknown> = { ...base };
  for (const [key, value] of Object.entries(own)) {
    const before = key === 'environment' || key === 'depends_on' ? asMap(base[key]) : base[key];
    const after = key === 'environment' || key === 'depends_on' ? asMap(value) : value;
    if (isMap(before) && isMap(after)) result[key] = merged(before, after);
    else if (JOINED.has(key) && Array.isArray(before) && Array.isArray(after))
      result[key] = [...(before as unknown[]), ...(after as unknown[])];
    else result[key] = value;
  }
  return result;
}

/** The list forms of `environment` and `depends_on` as maps. */
function asMap(value: unknown): unknown {
  if (!Array.isArray(value)) return value;
  return Object.fromEntries(
    value.map(String).map((entry): [string, unknown] => {
      const at = entry.indexOf('=');
      return at < 0 ? [entry, null] : [entry.slice(0, at), entry.slice(at + 1)];
    }),
  );
}
