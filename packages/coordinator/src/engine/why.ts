/**
 * Why an agent of a plan is replaced: which of its settings, files and prepared things are others than those that it
 * runs with. Names alone, never a value.
 */
import type { HostAgent } from '@outrider/shared/domain/agent.js';
import { releaseOf } from '@outrider/shared/domain/agent-release.js';
import { canonicalJson } from '@outrider/shared/domain/canonical.js';
import type { HostSpec, ManifestEntry } from '@outrider/shared/domain/release.js';
import type { PlannedAction } from '@outrider/shared/domain/rollout.js';
import { diffSecrets, diffSettings } from '@outrider/shared/domain/settings-diff.js';
import { filesOf, stepsOf } from '@outrider/shared/release/agent-files.js';
import { identityOf } from '@outrider/shared/release/entry-identity.js';
import { OutriderError } from '@outrider/shared/runtime/errors.js';
import type { Releases } from './ports.js';

type Side = Readonly<{ spec: HostSpec; agent: HostAgent }>;
type Entries = readonly ManifestEntry[];

/** No process notices these, so they replace nothing. */
const UNNOTICED = /^(?:description|hosts|replicas|scaling|exclusive|resources\.reservations\.)/;
const MOST_NAMED = 3;

/** Looks up each manifest once, and compares each two sets of files once, however many hosts it is asked about. */
export class Why {
  private readonly manifests = new Map<string, Promise<Entries | undefined>>();
  private readonly compared = new Map<string, readonly string[]>();

  constructor(private readonly releases: Pick<Releases, 'manifest'>) {}

  /** With their reasons, as far as those are known. */
  async explained(
    actions: readonly PlannedAction[],
    before: HostSpec | undefined,
    after: HostSpec,
  ): Promise<readonly PlannedAction[]> {
    const known = new Map<string, string>();
    for (const agent of after.agents) {
      const old = before?.agents.find(({ name }) => name === agent.name);
      if (before === undefined || old === undefined || old.fingerprint === agent.fingerprint) continue;
      const reasons = await this.reasons({ spec: before, agent: old }, { spec: after, agent });
      if (reasons.length > 0) known.set(agent.name, reasons.join('; '));
    }
    return actions.map((action) => {
      const why = action.action === 'replace' ? known.get(action.agent) : undefined;
      return why === undefined ? action : { ...action, why };
    });
  }

  private async reasons(old: Side, next: Side): Promise<readonly string[]> {
    const [before, after] = await Promise.all([this.entriesOf(old), this.entriesOf(next)]);
    return [
      ...settingsOf(old.agent, next.agent),
      ...(before === undefined || after === undefined ? [] : this.filesOf(old, before, next, after)),
      ...followedOf(old, next),
    ];
  }

  private filesOf(old: Side, before: Entries, next: Side, after: Entries): readonly string[] {
    const key = canonicalJson([old, next].map(usedBy));
    const found = this.compared.get(key) ?? [
      ...diffFiles(filesOf(old.agent, before, old.spec.data), filesOf(next.agent, after, next.spec.data)),
      ...diffSteps(
        stepsOf(old.agent, old.spec.prepare ?? [], before),
        stepsOf(next.agent, next.spec.prepare ?? [], after),
      ),
    ];
    this.compared.set(key, found);
    return found;
  }

  private entriesOf({ spec, agent }: Side): Promise<Entries | undefined> {
    const { digest } = releaseOf(spec, agent);
    const known = this.manifests.get(digest) ?? this.read(digest);
    this.manifests.set(digest, known);
    return known;
  }

  /** A release that is gone is not known any more. */
  private async read(digest: string): Promise<Entries | undefined> {
    try {
      return (await this.releases.manifest(digest)).manifest.entries;
    } catch (error) {
      if (error instanceof OutriderError) return undefined;
      throw error;
    }
  }
}

/** All that the comparison of files depends on. */
const usedBy = ({ spec, agent }: Side): object => ({
  ...{ digest: releaseOf(spec, agent).digest, files: agent.files, program: agent.command[0], in: agent.workingDir },
  ...{ data: spec.data ?? [], prepare: (spec.prepare ?? []).map(({ name, inputs }) => [name, inputs]) },
});

function settingsOf(old: HostAgent, next: HostAgent): readonly string[] {
  const settings = diffSettings([old], [next])
    .filter(({ setting }) => !UNNOTICED.test(setting))
    .map(({ setting, from, to }) => {
      const how = from === undefined ? 'added' : to === undefined ? 'removed' : 'changed';
      return `${setting === 'files' ? 'the list of its files' : setting.replace(/ \(\w+\)$/, '')} ${how}`;
    });
  const secrets = diffSecrets([old], [next]).map(({ name, change }) => `secret ${name} ${change}`);
  return shortened([...settings, ...secrets], 'settings');
}

/** Of whom it starts anew after. */
function followedOf(old: Side, next: Side): readonly string[] {
  const fingerprint = ({ spec }: Side, name: string): string | undefined =>
    spec.agents.find((agent) => agent.name === name)?.fingerprint;
  return next.agent.dependsOn
    .filter((need) => need.restart === true && fingerprint(old, need.agent) !== fingerprint(next, need.agent))
    .map((need) => `follows ${need.agent}, which is replaced`);
}

export function diffFiles(before: Entries, after: Entries): readonly string[] {
  const old = new Map(before.map((entry) => [entry.path, entry]));
  const kept = new Set(after.map(({ path }) => path));
  const changed: string[] = [];
  const modes: string[] = [];
  const added: string[] = [];
  for (const entry of after) {
    const was = old.get(entry.path);
    if (was === undefined) added.push(entry.path);
    else if (was.kind === 'file' && entry.kind === 'file' && was.sha256 === entry.sha256) {
      if (was.mode !== entry.mode) modes.push(entry.path);
    } else if (canonicalJson(identityOf(was)) !== canonicalJson(identityOf(entry))) changed.push(entry.path);
  }
  const removed = before.map(({ path }) => path).filter((path) => !kept.has(path));
  return [
    ...counted(changed, 'changed'),
    ...counted(modes, 'with another mode'),
    ...counted(added, 'added'),
    ...counted(removed, 'removed'),
  ];
}

interface Step {
  readonly name: string;
  readonly inputs: string;
}

function diffSteps(before: readonly Step[], after: readonly Step[]): readonly string[] {
  const inputsOf = (steps: readonly Step[], name: string): string | undefined =>
    steps.find((step) => step.name === name)?.inputs;
  const names = [...new Set([...after, ...before].map(({ name }) => name))];
  return names
    .filter((name) => inputsOf(before, name) !== inputsOf(after, name))
    .map((name) => {
      if (inputsOf(before, name) === undefined) return `prepare ${name} added`;
      return `prepare ${name} ${inputsOf(after, name) === undefined ? 'removed' : 'changed'}`;
    });
}

/** `a.py changed`, `3 files changed: a.py, b.py, c.py`. */
function counted(paths: readonly string[], how: string): readonly string[] {
  const [only] = paths;
  if (only === undefined) return [];
  if (paths.length === 1) return [`${only} ${how}`];
  const rest = paths.length - MOST_NAMED;
  const named = paths.slice(0, MOST_NAMED).join(', ');
  return [`${paths.length} files ${how}: ${named}${rest > 0 ? ` and ${rest} more` : ''}`];
}

function shortened(words: readonly string[], what: string): readonly string[] {
  const rest = words.length - MOST_NAMED;
  return rest > 1 ? [...words.slice(0, MOST_NAMED), `${rest} more ${what}`] : words;
}
