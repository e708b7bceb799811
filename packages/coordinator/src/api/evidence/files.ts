/**
 * The files of which the evidence of a rollout consists, made of what was gathered. Values that look like secrets are
 * left out of every one of them.
 */
import type { OutriderEvent } from '@outrider/shared/domain/event.js';
import { redact, redactAll } from '@outrider/shared/domain/redact.js';
import type { Rollout } from '@outrider/shared/domain/rollout.js';
import { placeKey, shownHosts } from '@outrider/shared/domain/rollout-place.js';
import { sha256 } from '@outrider/shared/runtime/digest.js';
import type { FleetHost, RolloutTrace } from '../../engine/ports.js';
import { samplesIn } from '../gate-samples.js';
import { operatorOf } from './operator.js';
import { timingsOf } from './timings.js';

export interface EvidenceFile {
  /** Relative, `/`-separated. */
  readonly name: string;
  readonly content: Buffer;
}

export interface CulpritLog {
  readonly host: string;
  /** Where the rollout is of several. */
  readonly app?: string;
  readonly agent: string;
  /** Oldest first. */
  readonly lines: readonly string[];
  /** Where the host could not be asked: why, as a sentence. */
  readonly missing?: string;
}

export interface Gathered {
  readonly rollout: Rollout;
  readonly explained: string;
  readonly trace: RolloutTrace;
  /** Oldest first. */
  readonly events: readonly OutriderEvent[];
  readonly hosts: readonly FleetHost[];
  readonly logs: readonly CulpritLog[];
  /** RFC 3339. */
  readonly at: string;
}

export function evidenceFiles(gathered: Gathered): readonly EvidenceFile[] {
  const { rollout, explained, trace, events, hosts, logs, at } = gathered;
  const files = [
    text('README.txt', readme(gathered)),
    json('rollout.json', { ...rollout, hosts: shownHosts(rollout), explained }),
    json('plan.json', trace.plan ?? null),
    lines('events.jsonl', events),
    lines('decisions.jsonl', trace.decisions),
    json('timings.json', timingsOf(rollout)),
    json('samples.json', samplesOf(rollout, trace, events)),
    json('operator.json', operatorOf(rollout, trace, events)),
    json('hosts.json', hosts.map(withoutRecord)),
    ...logs.map(logFile),
  ];
  const listed = files.map(({ name, content }) => ({ name, bytes: content.length, sha256: sha256(content) }));
  return [...files, json('manifest.json', { rollout: rollout.id, made_at: at, files: listed })];
}

function readme({ rollout, explained, at, logs }: Gathered): string {
  return [
    `Evidence of ${rollout.kind} ${rollout.id}: ${rollout.app} ${rollout.fromVersion ?? 'nothing'} -> ${rollout.version}, environment ${rollout.environment}.`,
    `As of ${at}: ${redact(explained)}`,
    '',
    ...FILES.map(([name, what]) => `${name.padEnd(16)} ${what}`),
    ...(logs.length === 0
      ? []
      : [
          `${'logs/'.padEnd(16)} the last lines of each agent that has failed, by host${rollout.apps === undefined ? '' : ' and app'}`,
        ]),
    '',
    'Times without a zone are milliseconds since 1970-01-01 UTC. Values that look like secrets are left out of every file',
    'and stand as (hidden). The stream of events is trimmed, so of an old rollout some may be missing; decisions are not.',
    '',
  ].join('\n');
}

const FILES = [
  ['rollout.json', 'its record: state, hosts, options, culprit'],
  ['plan.json', 'what was planned when it began; null where that was not kept'],
  ['events.jsonl', 'what happened on the way, one event a line, oldest first; those of the agents of its hosts too'],
  [
    'decisions.jsonl',
    'what was decided and why, one decision a line, with the epoch of the leader and the revision of the record',
  ],
  ['timings.json', 'how long each host was in each state'],
  ['samples.json', 'what gates were asked, and what they said'],
  ['operator.json', 'who began it, with which words, and who paused, promoted or aborted it'],
  ['hosts.json', 'what its hosts say now'],
  ['manifest.json', 'size and sha256 of every other file'],
] as const;

function samplesOf(rollout: Rollout, { decisions }: RolloutTrace, events: readonly OutriderEvent[]): object {
  const { gates = [] } = rollout as { readonly gates?: unknown };
  const told = events.filter(({ type }) => type.startsWith('rollout.gate.'));
  return { gates, samples: samplesIn(decisions), events: told };
}

/** The record that hosts keep is the same as in rollout.json. */
function withoutRecord({ status, ...host }: FleetHost): object {
  if (status === undefined) return host;
  const apps = status.apps.map(({ rolloutRecord: _record, ...app }) => app);
  return { ...host, status: { ...status, apps } };
}

function logFile({ host, app, agent, lines: last, missing }: CulpritLog): EvidenceFile {
  const head = missing === undefined ? [] : [`[outrider] ${missing} These lines are from the record of the rollout.`];
  return text(`logs/${placeKey(host, app)}/${agent}.log`, [...head, ...last.map(redact), ''].join('\n'));
}

const text = (name: string, content: string): EvidenceFile => ({ name, content: Buffer.from(content) });
const json = (name: string, value: unknown): EvidenceFile =>
  text(name, `${JSON.stringify(redactAll(value), null, 2)}\n`);
const lines = (name: string, values: readonly unknown[]): EvidenceFile =>
  text(name, values.map((value) => `${JSON.stringify(redactAll(value))}\n`).join(''));
