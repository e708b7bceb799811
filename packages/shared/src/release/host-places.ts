/**
 * From what a release says of its data and of what is to be prepared to what a host does about it: which folders are
 * linked into the tree, and a digest over the inputs of each step. It depends on the release, and on users alone.
 */
import type { AgentSpec } from '../domain/agent.js';
import { interpolate } from '../domain/interpolation.js';
import { type DataPath, type HostPrepare, isWithin, type PrepareSpec } from '../domain/prepare.js';
import type { Manifest, ManifestEntry } from '../domain/release.js';
import { digestOf } from '../runtime/digest.js';
import { matching } from './agent-files.js';
import { identityOf } from './entry-identity.js';

export interface HostPlaces {
  readonly prepare: readonly HostPrepare[];
  readonly data: readonly DataPath[];
  /** Sentences that begin with the place in agents.yaml. */
  readonly problems: readonly string[];
}

type Declared = Omit<DataPath, 'folder'> & { readonly at: string };

/** `agents`: all of the release, wherever they run, their users filled in. */
export function hostPlaces(
  agents: readonly AgentSpec[],
  steps: readonly PrepareSpec[],
  { entries }: Pick<Manifest, 'entries'>,
): HostPlaces {
  const problems: string[] = [];
  const declared = agents.flatMap((agent) =>
    (agent.data ?? []).map((path, index) => declaredOf(agent, path, `agents.${agent.name}.data[${index}]`, entries)),
  );
  for (const one of declared) {
    const problem = problemInTree(one, declared, entries);
    if (problem !== undefined) problems.push(`${one.at} ${problem}`);
  }
  const data = problems.length > 0 ? [] : dataPaths(declared);
  problems.push(...problemsOfUsers(declared, data));
  const prepare: HostPrepare[] = [];
  for (const step of steps) {
    problems.push(...problemsOfStep(step, data, entries).map((problem) => `prepare.${step.name}.${problem}`));
    prepare.push(withInputs(step, entries, prepare));
  }
  return { prepare, data, problems };
}

function withInputs(
  step: PrepareSpec,
  entries: readonly ManifestEntry[],
  earlier: readonly HostPrepare[],
): HostPrepare {
  const plain = (word: string): string => interpolate(word, () => undefined).text;
  const filled = {
    ...step,
    command: step.command.map(plain),
    environment: Object.fromEntries(Object.entries(step.environment).map(([key, value]) => [key, plain(value)])),
  };
  const { name: _name, timeoutMs: _timeout, files: _files, ...matters } = filled;
  const needs = earlier.filter(({ name }) => step.dependsOn.includes(name)).map(({ inputs }) => inputs);
  const files = matching(step.files, entries).map(identityOf);
  return { ...filled, inputs: digestOf({ ...matters, dependsOn: needs, files }) };
}

/** A glob that matches nothing names what is not there: the step would run without it. */
function problemsOfStep(
  step: PrepareSpec,
  data: readonly DataPath[],
  entries: readonly ManifestEntry[],
): readonly string[] {
  const unmatched = step.files.filter((glob) => matching([glob], entries).length === 0);
  const paths = step.creates.flatMap((path): string[] => {
    const there = entries.find((entry) => isWithin(entry.path, path) || isWithin(path, entry.path));
    if (there !== undefined) {
      return [
        `creates has "${path}", where the release has ${there.path} itself: leave that out, or name another path.`,
      ];
    }
    const kept = data.find(({ folder }) => isWithin(path, folder) || isWithin(folder, path));
    return kept === undefined ? [] : [`creates has "${path}", which is in the way of the data in "${kept.folder}".`];
  });
  return [...unmatched.map((glob) => `files names "${glob}", which matches no file of the release.`), ...paths];
}

function declaredOf({ user }: AgentSpec, written: string, at: string, entries: readonly ManifestEntry[]): Declared {
  const path = written.replace(/\/$/, '');
  const isFolder =
    written.endsWith('/') ||
    entries.some((entry) => entry.path.startsWith(`${path}/`) || (entry.path === path && entry.kind === 'folder'));
  return { path, kind: isFolder ? 'folder' : 'file', at, ...(user === undefined ? {} : { user }) };
}

/**
 * A program that saves a file by writing another one and renaming it would replace a link by that. So folders are
 * linked, never files: a file of data needs a folder that holds nothing of the release besides.
 */
function problemInTree(
  { path, kind }: Declared,
  all: readonly Declared[],
  entries: readonly ManifestEntry[],
): string | undefined {
  const above = entries.find(
    (entry) =>
      (entry.path !== path && entry.kind !== 'folder' && isWithin(path, entry.path)) ||
      (entry.path === path && (entry.kind === 'symlink' || (entry.kind === 'file' && kind === 'folder'))),
  );
  if (above !== undefined) return `has "${path}", where the release has the ${above.kind} ${above.path}.`;
  if (kind === 'folder') return undefined;
  const parent = parentOf(path);
  if (parent === '') {
    return `has "${path}", a file at the root of the release: keep it in a folder of its own, such as "data/${path}"; if it is a folder, write "${path}/".`;
  }
  const other = entries.find(
    (entry) =>
      isWithin(entry.path, parent) && entry.path !== parent && !all.some((one) => isWithin(entry.path, one.path)),
  );
  return other === undefined
    ? undefined
    : `has "${path}", and the release has ${other.path} beside it: all of "${parent}" becomes a folder of data. Keep the two in folders of their own, or write "${parent}/".`;
}

/** Each with the outermost folder that is linked. */
function dataPaths(declared: readonly Declared[]): readonly DataPath[] {
  const folders = declared.map(({ path, kind }) => (kind === 'folder' ? path : parentOf(path)));
  const known = new Map<string, DataPath>();
  for (const { at: _at, ...one } of declared) {
    const [folder = one.path] = folders
      .filter((other) => isWithin(one.path, other))
      .sort((a, b) => a.length - b.length);
    if (!known.has(one.path)) known.set(one.path, { ...one, folder });
  }
  return [...known.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** One folder has one owner. */
function problemsOfUsers(declared: readonly Declared[], data: readonly DataPath[]): readonly string[] {
  const folderOf = (path: string): string => data.find((one) => one.path === path)?.folder ?? path;
  return declared.flatMap(({ path, user, at }, index) => {
    const other = declared.slice(0, index).find((one) => folderOf(one.path) === folderOf(path) && one.user !== user);
    return data.length === 0 || other === undefined
      ? []
      : [
          `${at} has "${path}", and ${other.at} has "${other.path}" in the same folder, but their agents run as different users: give each a folder of its own.`,
        ];
  });
}

const parentOf = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf('/')));
