/** Hosts as a person has written them down, in YAML or JSON: `NAME: HOST:PORT` each, as a map or as a list. */
import { readFileSync } from 'node:fs';
import { isName, NAME_RULE } from '@outrider/shared/domain/name.js';
import { messageOf, OutriderError } from '@outrider/shared/runtime/errors.js';
import { formatHostPort, parseHostPort } from '@outrider/shared/runtime/listen.js';
import { type Problem, problemsError } from '@outrider/shared/runtime/problem.js';
import { parseYaml, type ValuePath, type YamlSource } from '@outrider/shared/runtime/yaml-source.js';
import type { Inventory } from './inventory.js';
import type { InventoryHost } from './inventory-notes.js';

const SIDECAR_PORT = 7070;
const EXAMPLE = 'such as "pc2: 10.0.0.12:7070"';

/** @throws OutriderError('invalid') with FILE:LINE and one sentence for each problem. */
export function readHostsFile(path: string): Inventory {
  const parsed = parseYaml(textOf(path), path);
  if (!parsed.ok) throw problemsError(parsed.problems);
  const { hosts, problems } = hostsOf(parsed.source);
  if (problems.length > 0) throw problemsError(problems);
  return { hosts, origin: path };
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new OutriderError('invalid', `--hosts-file ${path} cannot be read: ${messageOf(error)}.`, { cause: error });
  }
}

interface Entry {
  readonly at: ValuePath;
  readonly name: string;
  readonly endpoint: unknown;
}

function hostsOf(source: YamlSource): { readonly hosts: readonly InventoryHost[]; readonly problems: Problem[] } {
  const problems: Problem[] = [];
  const wrong = (at: ValuePath, sentence: string): void => {
    problems.push({ file: source.file, line: source.lineOf(at), path: at.map(String).join('.'), sentence });
  };
  const hosts: InventoryHost[] = [];
  const entries = entriesOf(source.value, wrong);
  if (entries.length === 0 && problems.length === 0) wrong([], `There is no host in it: one a line, ${EXAMPLE}.`);
  for (const { at, name, endpoint } of entries) {
    const place = typeof endpoint === 'string' ? placeOf(endpoint) : undefined;
    if (!isName(name)) wrong(at, `"${name}" is no name of a host; expected are ${NAME_RULE}.`);
    else if (hosts.some((host) => host.name === name)) wrong(at, `The host ${name} is there twice.`);
    else if (place === undefined) wrong(at, `The host ${name} needs HOST:PORT of its sidecar's gRPC, ${EXAMPLE}.`);
    else hosts.push({ name, endpoint: place });
  }
  return { hosts, problems };
}

function entriesOf(value: unknown, wrong: (at: ValuePath, sentence: string) => void): readonly Entry[] {
  if (Array.isArray(value)) {
    return value.flatMap((item: unknown, index) => {
      if (isMap(item)) return Object.entries(item).map(([name, endpoint]) => ({ at: [index, name], name, endpoint }));
      wrong([index], `Expected is the name of a host and where it is, ${EXAMPLE}.`);
      return [];
    });
  }
  if (isMap(value)) return Object.entries(value).map(([name, endpoint]) => ({ at: [name], name, endpoint }));
  if (value !== null && value !== undefined) wrong([], `Expected are hosts and where they are, ${EXAMPLE}.`);
  return [];
}

const isMap = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The port may be left out where it is the usual one. */
function placeOf(text: string): string | undefined {
  if (/^[^:\s[\]/]+$/.test(text)) return formatHostPort({ host: text, port: SIDECAR_PORT });
  const place = parseHostPort(text);
  return place === undefined || place.port === 0 ? undefined : text;
}
