/**
 * What each event says and when it is sent: docs/reference/events.md is made of it, and a test holds it against events
 * that were really sent. Never read by a program at work.
 */
import type { EventType, OutriderEvent } from './event.js';

type Member = Exclude<keyof OutriderEvent, 'id' | 'at' | 'type' | 'environment' | 'data'>;

export interface EventWords {
  /** A sentence. */
  readonly when: string;
  /** Members beside those that every event has; with `?`: not always there. */
  readonly members: readonly (Member | `${Member}?`)[];
  /** Members of `data`, with what they are; `?` as above. Absent: it has no data. */
  readonly data?: Readonly<Record<string, string>>;
}

const ROLLOUT = ['app', 'rollout', 'version'] as const;
const OF_HOST = ['app', 'rollout', 'host', 'version?', 'by?', 'reason?'] as const;
const OF_AGENT = ['host', 'app', 'agent', 'instance', 'version', 'reason?'] as const;

const AGENT_DATA = {
  incarnation: 'of this start',
  'pid?': 'of its process, where one runs',
  'cause?': 'why it ended: `exit_N`, a signal, `oom_kill`, `failed_probe`, ...',
};

/** The same step as the host itself tells it, over ZeroMQ. */
const STEP_DATA = {
  'rollout?': 'its id; over ZeroMQ alone',
  'version?': 'over ZeroMQ alone',
  'culprit?': 'what failed: `host`, `agent`, `instance`, `cause`, last lines of its `log`',
};

const END_DATA = {
  rollout: 'its id',
  from: 'the version that most hosts came from, or null',
  to: 'the version that it was about',
  'versions?': 'where hosts go to different ones: by host',
  hosts: 'the state that each host ended in, by name',
  'apps?': 'of several apps: the same by app',
  'culprit?': 'what failed: `host`, `agent`, `instance`, `cause`, last lines of its `log`',
  seconds: 'from the start to the end',
};

const GATE_DATA = {
  gate: 'its name; `health` is the health of all agents',
  'agent?': 'whose value it was',
  'host?': 'where it was measured',
  'app?': 'of a gate of one of several apps',
  'value?': 'what was measured',
  'limit?': 'what it was held against',
  'samples?': 'how many samples the value is made of',
};

const HOOK_DATA = {
  hook: 'its name',
  'undo?': 'true: it takes back what the hook has done',
  'log?': 'last lines of one that did not succeed',
};

const LEADER = { members: ['by', 'reason?'], data: { epoch: 'its number; each leader has a higher one' } } as const;

export const EVENT_GUIDE: Readonly<Record<EventType, EventWords>> = {
  'release.pushed': {
    when: 'A release was stored that was not there before.',
    members: ['app', 'version', 'by'],
    data: {
      digest: 'sha256 of its manifest',
      files: 'how many',
      bytes: 'of all files',
      'message?': 'of whoever pushed it',
    },
  },
  'release.tagged': {
    when: 'A tag was given to a release, or taken away.',
    members: ['app', 'version', 'by'],
    data: { tag: 'its name', 'from?': 'the version that had it', 'removed?': 'true: no release has it any more' },
  },
  'release.removed': {
    when: 'A release was removed, by a person or because newer ones took its place.',
    members: ['app', 'version', 'by'],
    data: { digest: 'sha256 of its manifest', bytes: 'of all files' },
  },
  'rollout.planned': { when: 'Kept for later: this version sends none.', members: [...ROLLOUT] },
  'rollout.started': {
    when: 'A rollout or a rollback has begun.',
    members: [...ROLLOUT, 'by', 'reason?'],
    data: {
      kind: '`rollout` or `rollback`',
      'strategy?': 'how hosts are changed, or go back',
      from: 'the version that most hosts come from, or null',
      to: 'the version that it is about',
      'versions?': 'where hosts go to different ones: by host',
      hosts: 'names',
      'apps?': 'of several apps: their names',
    },
  },
  'rollout.paused': {
    when: 'It waits: a person has paused it, a gate is inconclusive, the canary waits to be promoted, or it has failed and is on hold.',
    members: [...ROLLOUT, 'by?', 'reason?'],
    data: { 'on_hold?': 'true: it has failed and waits for a person' },
  },
  'rollout.resumed': { when: 'It goes on.', members: [...ROLLOUT, 'by'] },
  'rollout.promoted': { when: 'A person has ended the wait after the canary.', members: [...ROLLOUT, 'by'] },
  'rollout.succeeded': {
    when: 'Every host has committed.',
    members: [...ROLLOUT, 'by?', 'reason?'],
    data: END_DATA,
  },
  'rollout.rolling_back': {
    when: 'What was touched goes back: it has failed, or a person has aborted it.',
    members: [...ROLLOUT, 'by?', 'reason'],
    data: {
      'strategy?': 'how hosts go back',
      'hastened?': 'true: it went back already, and does so without grace from now on',
    },
  },
  'rollout.rolled_back': { when: 'Every host is back.', members: [...ROLLOUT, 'by?', 'reason?'], data: END_DATA },
  'rollout.aborted': {
    when: 'Every host is where it was, since a person has aborted it.',
    members: [...ROLLOUT, 'by?', 'reason?'],
    data: END_DATA,
  },
  'rollout.stuck': {
    when: 'Some host could not be brought where it should be; a person is needed.',
    members: [...ROLLOUT, 'by?', 'reason?'],
    data: END_DATA,
  },
  'rollout.host.staging': { when: 'A host begins to fetch the release.', members: [...OF_HOST], data: STEP_DATA },
  'rollout.host.staged': { when: 'The release is on the host.', members: [...OF_HOST], data: STEP_DATA },
  'rollout.host.switching': { when: 'Its agents are being replaced.', members: [...OF_HOST], data: STEP_DATA },
  'rollout.host.trial': {
    when: 'The new agents are ready, and the host waits for the commit.',
    members: [...OF_HOST],
    data: STEP_DATA,
  },
  'rollout.host.committed': { when: 'The release stays on the host.', members: [...OF_HOST], data: STEP_DATA },
  'rollout.host.reverting': { when: 'The host goes back.', members: [...OF_HOST], data: STEP_DATA },
  'rollout.host.reverted': { when: 'The host is back.', members: [...OF_HOST], data: STEP_DATA },
  'rollout.host.failed': { when: 'A step has failed on the host.', members: [...OF_HOST], data: STEP_DATA },
  'rollout.gate.passed': {
    when: 'A gate has had all the good verdicts that it needs in this bake.',
    members: [...ROLLOUT, 'host?', 'reason?'],
    data: GATE_DATA,
  },
  'rollout.gate.failed': { when: 'A verdict was bad.', members: [...ROLLOUT, 'host?', 'reason'], data: GATE_DATA },
  'rollout.gate.inconclusive': {
    when: 'A gate could not tell; the rollout waits for a person.',
    members: [...ROLLOUT, 'host?', 'reason'],
    data: GATE_DATA,
  },
  'rollout.hook.started': { when: 'A hook is run.', members: [...ROLLOUT, 'host?'], data: HOOK_DATA },
  'rollout.hook.done': { when: 'A hook has ended well.', members: [...ROLLOUT, 'host?'], data: HOOK_DATA },
  'rollout.hook.failed': {
    when: 'A hook has failed, or nobody knows how it ended.',
    members: [...ROLLOUT, 'host?', 'reason'],
    data: HOOK_DATA,
  },
  'agent.starting': { when: 'Its process runs.', members: [...OF_AGENT], data: AGENT_DATA },
  'agent.ready': { when: 'It is ready.', members: [...OF_AGENT], data: AGENT_DATA },
  'agent.unhealthy': { when: 'It is no longer ready, and still runs.', members: [...OF_AGENT], data: AGENT_DATA },
  'agent.exited': { when: 'It has ended, and nobody had asked it to.', members: [...OF_AGENT], data: AGENT_DATA },
  'agent.backoff': {
    when: 'It is started again after a pause, since it has ended again and again.',
    members: [...OF_AGENT],
    data: { ...AGENT_DATA, 'delay_ms?': 'the pause, in milliseconds' },
  },
  'agent.failed': { when: 'It is not started again for now.', members: [...OF_AGENT], data: AGENT_DATA },
  'agent.stopped': { when: 'It has ended, as it was asked to.', members: [...OF_AGENT], data: AGENT_DATA },
  'agent.adopted': {
    when: 'It was running when the sidecar started, and goes on.',
    members: [...OF_AGENT],
    data: AGENT_DATA,
  },
  'agent.scaled': {
    when: 'Another number of its instances should run, by a person or by its load.',
    members: ['host', 'app', 'agent', 'version', 'by', 'reason?'],
    data: { from: 'instances before', to: 'instances from now on' },
  },
  'host.up': { when: 'Its sidecar is heard again.', members: ['host', 'reason'] },
  'host.suspect': { when: 'Its sidecar was not heard for a moment, or only by Redis.', members: ['host', 'reason'] },
  'host.down': { when: 'Nothing is heard of its sidecar.', members: ['host', 'reason'] },
  'host.flapping': { when: 'It comes and goes.', members: ['host', 'reason'] },
  'host.drifted': {
    when: 'It runs another release than its rollouts have left there.',
    members: ['host', 'app', 'version?', 'reason'],
    data: { expected: 'the version that it should run, or null', rollout: 'that says so' },
  },
  'host.held': { when: "A person has taken it out of the leaders' hands.", members: ['host', 'by', 'reason?'] },
  'host.resumed': { when: 'The hold has ended.', members: ['host', 'by'] },
  'leader.elected': { when: 'A coordinator leads from now on.', ...LEADER },
  'leader.lost': { when: 'It leads no longer.', ...LEADER },
  'error.reported': {
    when: 'An agent has reported an error on the bus.',
    members: ['host', 'app?', 'agent', 'instance', 'reason'],
    data: {
      'error_type?': 'as the agent calls it',
      'severity?': '`info`, `warning`, `error` or `critical`',
      'message?': 'its words',
      'context?': 'what it has said beside them',
      'untold?': 'so many more at once were counted and not kept',
    },
  },
};

/** What is wrong with an event by the guide, as sentences; none: it is as told. */
export function unlikeGuide(event: OutriderEvent): readonly string[] {
  const { id: _id, at: _at, type, environment: _environment, data = {}, ...members } = event;
  const { members: told, data: toldData = {} } = EVENT_GUIDE[type];
  return [...differences(type, members, told), ...differences(`${type}: data`, data, Object.keys(toldData))];
}

function differences(what: string, has: object, told: readonly string[]): string[] {
  const names = told.map((name) => name.replace('?', ''));
  const needed = told.filter((name) => !name.endsWith('?'));
  return [
    ...Object.keys(has)
      .filter((name) => !names.includes(name))
      .map((name) => `${what} has ${name}, which is told of nowhere.`),
    ...needed.filter((name) => !Object.hasOwn(has, name)).map((name) => `${what} has no ${name}.`),
  ];
}
