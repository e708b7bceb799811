/** What can be wrong between an agent, everything filled in, and the tree that it runs in. */
import { posix } from 'node:path';
import picomatch from 'picomatch';
import type { AgentSpec } from '../domain/agent.js';
import { isWithin } from '../domain/prepare.js';
import type { Manifest } from '../domain/release.js';
import type { ValuePath } from '../runtime/yaml-source.js';
import type { HostPlaces } from './host-places.js';
import {
  problemOfAddress,
  problemOfHttpUrl,
  problemOfLength,
  problemOfListenAddress,
  problemOfZmqUrl,
} from './spec-strings.js';
import { mapStrings } from './spec-walk.js';

export interface AgentProblem {
  readonly path: ValuePath;
  readonly message: string;
}

export function problemsInRelease(
  agent: AgentSpec,
  manifest: Manifest,
  { prepare, data }: Pick<HostPlaces, 'prepare' | 'data'>,
): AgentProblem[] {
  const made = [...prepare.flatMap(({ creates }) => creates), ...data.map(({ folder }) => folder)];
  return [
    ...problemsOfStrings(agent),
    ...problemsOfWorkingDir(agent, manifest, made),
    ...problemsOfProgram(agent, manifest, made),
    ...problemsOfFiles(agent, manifest, made),
  ];
}

/** Once more, now that the settings are in. */
function problemsOfStrings(agent: AgentSpec): AgentProblem[] {
  const problems: AgentProblem[] = [];
  mapStrings(agent, (value, path) => {
    const problem = ruleFor(path)?.(value);
    if (problem !== undefined) problems.push({ path, message: problem });
    return value;
  });
  return problems;
}

function ruleFor(path: ValuePath): ((value: string) => string | undefined) | undefined {
  if (path[0] === 'environment') return (value) => problemOfLength(`${String(path[1])}=${value}`);
  if (path[0] === 'command' || path.at(-2) === 'exec') return problemOfLength;
  switch (path.at(-1)) {
    case 'connect':
      return problemOfZmqUrl;
    case 'url':
      return problemOfHttpUrl;
    case 'address':
      return problemOfAddress;
    case 'listen':
      return problemOfListenAddress;
    default:
      return undefined;
  }
}

function problemsOfWorkingDir({ workingDir }: AgentSpec, manifest: Manifest, made: readonly string[]): AgentProblem[] {
  if (workingDir.includes('${')) return [];
  const folder = posix.normalize(workingDir).replace(/\/$/, '');
  if (folder === '.') return [];
  const at = (message: string): AgentProblem[] => [{ path: ['working_dir'], message }];
  if (folder.startsWith('..') || folder.startsWith('/'))
    return at(`is ${JSON.stringify(workingDir)}, outside the release.`);
  const exists =
    made.some((path) => isWithin(folder, path) || path.startsWith(`${folder}/`)) ||
    manifest.entries.some(
      (entry) => entry.path.startsWith(`${folder}/`) || (entry.path === folder && entry.kind !== 'file'),
    );
  return exists ? [] : at(`names "${workingDir}", which is no folder of the release.`);
}

/** A program named by a relative path must be there and executable; others are looked up on the host. */
function problemsOfProgram(
  { command, workingDir }: AgentSpec,
  manifest: Manifest,
  made: readonly string[],
): AgentProblem[] {
  const [program = ''] = command;
  if (program.trim() === '')
    return [{ path: ['command', 0], message: 'is empty with the settings of this environment.' }];
  if (!program.includes('/') || program.startsWith('/') || `${program}${workingDir}`.includes('${')) return [];
  const path = posix.normalize(posix.join(workingDir, program));
  const at = (message: string): AgentProblem[] => [{ path: ['command'], message }];
  const throughLink =
    made.some((folder) => isWithin(path, folder)) ||
    manifest.entries.some((entry) => entry.kind === 'symlink' && path.startsWith(`${entry.path}/`));
  if (throughLink) return [];
  const entry = manifest.entries.find((candidate) => candidate.path === path);
  if (entry === undefined || entry.kind === 'folder') return at(`runs "${program}", which is no file of the release.`);
  if (entry.kind === 'file' && entry.mode !== 0o755) {
    return at(`runs "${program}", which is not executable: chmod +x it, or name its interpreter first.`);
  }
  return [];
}

/** Globs that match nothing at all would mean an agent that no change ever restarts. */
function problemsOfFiles({ files }: AgentSpec, manifest: Manifest, made: readonly string[]): AgentProblem[] {
  if (files.length === 0) return [];
  const matches = picomatch([...files], { dot: true });
  return manifest.entries.some((entry) => matches(entry.path)) || made.some((path) => matches(path))
    ? []
    : [{ path: ['files'], message: `matches no file of the release (${files.join(', ')}).` }];
}
