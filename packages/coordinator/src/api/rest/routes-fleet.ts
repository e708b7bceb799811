/** The fleet as it is: in the shapes that dashboards of old know, and as the command line shows it. */
import { SEVERITIES } from '@outrider/shared/domain/agent-error.js';
import { errorsDocument } from '@outrider/shared/documents/errors.js';
import { fleetDocument } from '@outrider/shared/documents/fleet.js';
import { hostDocument } from '@outrider/shared/documents/hosts.js';
import type { DroppedErrors__Output } from '@outrider/shared/gen/outrider/v1/DroppedErrors.js';
import type { ErrorGroup__Output } from '@outrider/shared/gen/outrider/v1/ErrorGroup.js';
import { readEvent, readInstanceStatus } from '@outrider/shared/rpc/codec.js';
import { z } from 'zod';
import { refuse } from '../fields.js';
import { controlAgent } from '../http-agents.js';
import { countOf, flagOf, nameOf, namesOf, pageOf, required, rolloutOf, spanOf, textOf, wordOf } from './parameters.js';
import { next, ok, part, type RestRoute, route } from './route.js';
import {
  Agent,
  AgentControl,
  AgentControlled,
  Errors,
  Event,
  Fleet,
  Health,
  Host,
  LogLine,
  Status,
} from './shapes-fleet.js';

const tag = 'fleet';
/** As many as a sidecar gives. */
const MOST_LINES = 10_000;
/** Of a reader that reads nothing. */
const PATIENCE_MS = 60_000;

const status = route({
  ...{ method: 'GET', path: '/status', tag, summary: 'The rollout under way, or the last one, and the fleet' },
  description: 'On port 7778, and at /ws, a WebSocket tells this document at once and at each change.',
  parameters: {},
  answers: { 200: { description: 'Before any rollout the same members, null or 0.', shape: Status } },
  handle: async ({ feed }) => ok(await feed.status()),
});

const fleet = route({
  ...{ method: 'GET', path: '/fleet', tag, summary: 'The fleet in one look', parameters: {} },
  answers: { 200: { description: 'As `coordinator status --json`, and where each host is asked.', shape: Fleet } },
  handle: async ({ wire }) => {
    const [seen, known] = await Promise.all([wire.Status({}), wire.Hosts({})]);
    const endpoints = Object.fromEntries(known.hosts.map(({ name, endpoint }) => [name, endpoint]));
    return ok({ ...fleetDocument(seen), endpoints });
  },
});

const health = route({
  ...{ method: 'GET', path: '/health', tag, summary: 'How many agents are well, and what their hosts have to give' },
  parameters: {},
  answers: { 200: { description: 'Also where agents are not well: look at health_percentage.', shape: Health } },
  handle: ({ feed }) => ok(feed.health()),
});

const hosts = route({
  ...{ method: 'GET', path: '/hosts', tag, summary: 'Every host, and what it runs', link: true },
  parameters: pageOf(10_000, 1_000),
  answers: { 200: { description: 'As `coordinator hosts --json`.', shape: z.array(Host) } },
  handle: async (asked) => part(asked, (await asked.wire.Hosts({})).hosts.map(hostDocument)),
});

const agents = route({
  ...{ method: 'GET', path: '/agents', tag, summary: 'Every instance of every agent', link: true },
  parameters: {
    host: nameOf('Only of this host.'),
    app: nameOf('Only of this app.'),
    agent: nameOf('Only of this name.'),
    ...pageOf(10_000, 1_000),
  },
  answers: { 200: { description: 'As `coordinator agents --json`.', shape: z.array(Agent) } },
  handle: async (asked) => {
    const { host, app, agent } = asked.values;
    const { instances } = await asked.wire.Agents({ host });
    const wanted = instances.filter((one) => (app === '' || one.app === app) && (agent === '' || one.agent === agent));
    return part(asked, wanted.map(readInstanceStatus));
  },
});

const events = route({
  ...{ method: 'GET', path: '/events', tag, summary: 'The history of the fleet, oldest first', link: true },
  description:
    'Without `after` the last ones. Whoever asks again and again follows the link `next`, which is there as soon as there ' +
    'is an event: none is lost and none comes twice. 404 where the event of `after` is not kept any more.',
  parameters: {
    after: textOf('Id of an event: those that came after it.'),
    limit: countOf('At most so many.', 1, 1_000, 100),
    rollout: rolloutOf('Only of this rollout.'),
  },
  answers: { 200: { description: 'As `coordinator events --json`, as one list.', shape: z.array(Event) } },
  handle: async (asked) => {
    const { after, limit, rollout } = asked.values;
    const list = [];
    for await (const event of asked.wire.Events({ after, lines: limit, rollout })) list.push(readEvent(event));
    const last = list.at(-1)?.id ?? after;
    return ok(list, last === '' ? {} : next(asked, { after: last, limit }));
  },
});

const logs = route({
  ...{ method: 'GET', path: '/logs', tag, summary: 'The last lines that agents have printed', token: true },
  description:
    'With `follow` it goes on as they print, until the caller leaves or the coordinator ends: application/x-ndjson, a ' +
    'line of JSON each. What goes wrong then is the last line, `{"error":"SENTENCE"}`. Hosts that come back are asked ' +
    'again. Who reads nothing for a minute is cut off; what is not read yet stays in the logs of the agents.',
  parameters: {
    agent: required(namesOf('Names of agents, with commas between them.')),
    host: nameOf('Only on this host.'),
    app: nameOf('Only of this app.'),
    n: countOf('The last so many of each instance.', 1, MOST_LINES, 100),
    follow: flagOf('Go on as they print.'),
    since: spanOf('Only what is newer: 10m, 2h, 7d.'),
  },
  answers: {
    200: {
      description: 'As `coordinator logs --json`, as one list; with `follow` the same lines.',
      ...{ shape: z.array(LogLine), line: LogLine },
    },
  },
  handle: async ({ values: { agent, host, app, n, since, follow }, wire, wireUntil, inside }) => {
    if (agent.length === 0) refuse('agent', 'none is named');
    const from = since === undefined ? 0 : Math.max(1, inside.clock.now() - since);
    const request = { agent: agent[0] ?? '', agents: [...agent], host, app, lines: n, since: from, follow };
    if (follow) {
      return { status: 200, lines: (signal) => wireUntil(signal).Logs(request), patienceMs: PATIENCE_MS };
    }
    const lines = [];
    for await (const line of wire.Logs(request)) lines.push(line);
    return ok(lines);
  },
});

const control = route({
  ...{ method: 'POST', path: '/agent', tag, summary: 'Start, stop or restart an agent', token: true },
  description: 'Without `host`: on every host that has it. `skipped` are sentences about hosts that are down.',
  parameters: {},
  body: AgentControl,
  answers: { 200: { description: 'Its instances as they are then.', shape: AgentControlled } },
  handle: async ({ inside, body, by }) => ok(await controlAgent(inside, body, by)),
});

const errors = route({
  ...{ method: 'GET', path: '/errors', tag, summary: 'What agents report, in groups of the same kind' },
  description: 'What was more than is kept of an agent is counted in `dropped`.',
  parameters: {
    since: spanOf('Only what was reported in this time up to now; absent: all that is kept.'),
    host: nameOf('Only of this host.'),
    app: nameOf('Only of this app.'),
    agent: nameOf('Only of agents of this name.'),
    severity: wordOf('Only these and worse.', SEVERITIES),
  },
  answers: { 200: { description: 'As `coordinator errors --json`.', shape: Errors } },
  handle: async ({ inside, wire, values: { since, ...rest } }) => {
    const from = since === undefined ? 0 : Math.max(0, inside.clock.now() - since);
    const [groups, dropped]: [ErrorGroup__Output[], DroppedErrors__Output[]] = [[], []];
    for await (const { group, dropped: left } of wire.Errors({ ...rest, since: from })) {
      if (group !== null) groups.push(group);
      if (left !== null) dropped.push(left);
    }
    return ok(errorsDocument(groups, dropped));
  },
});

export const FLEET: readonly RestRoute[] = [status, fleet, health, hosts, agents, control, events, errors, logs];
