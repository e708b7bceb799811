/**
 * The vocabulary of agents.yaml: which keys there are, of which kind, with which defaults. It looks at one
 * agent at a time; what concerns several of them is checked by agents-yaml.ts.
 */
import { z } from 'zod';
import {
  STOP_SIGNALS,
  type AgentSpec,
  type Dependency,
  type Healthcheck,
  type RestartPolicy,
} from '../domain/agent.js';
import { isName, NAME_RULE } from '../domain/name.js';
import { kind } from '../runtime/kind.js';
import {
  byForm,
  choice,
  duration,
  flag,
  list,
  mapOf,
  must,
  name,
  NOT_YET,
  shown,
  strict,
  text,
  whole,
} from '../runtime/shape.js';
import { commandSchema } from './command-schema.js';
import { gatesSchema } from './gates-schema.js';
import { dataSchema, inside } from './path-schema.js';
import { healthcheck } from './healthcheck-schema.js';
import { hooksSchema } from './hooks-schema.js';
import { prepareSchema } from './prepare-schema.js';
import { replicas } from './replicas-schema.js';
import { resources } from './resources-schema.js';
import { secretName, user } from './rights-schema.js';
import { problemOfListenAddress } from './spec-strings.js';
import { environment } from './variables-schema.js';

const HOST_SELECTOR = /^[a-z0-9][a-z0-9._/-]{0,62}=[A-Za-z0-9._-]{0,63}$/;

export type AgentBody = Omit<AgentSpec, 'name'>;

const onlyValue = <T>(allowed: T) =>
  kind(
    z.unknown().refine((value) => value === allowed, { error: `other than ${String(allowed)} ${NOT_YET}` }),
    { says: String(allowed), json: { const: allowed } },
  );

const condition = kind(
  choice(['service_started', 'service_healthy', 'service_completed_successfully']).refine(
    (word) => word !== 'service_completed_successfully',
    { error: `service_completed_successfully ${NOT_YET}` },
  ),
  { says: 'service_started or service_healthy', json: { enum: ['service_started', 'service_healthy'] } },
);

/** A list of names waits for health, as the long form does by default. */
const dependency = strict({
  condition: condition
    .default('service_healthy')
    .describe('service_started: its process runs. service_healthy: it is ready.'),
  restart: flag().default(false).describe('true: starts anew after the other one did.'),
  required: onlyValue(true).optional().describe('As in Compose.'),
});
const dependsOn = byForm<readonly Dependency[]>({
  list: list(name('the name of an agent'), '[memory]').transform((names) =>
    names.map((agent): Dependency => ({ agent, condition: 'service_healthy' })),
  ),
  otherwise: mapOf(dependency, 'a list of names, or a map of names to { condition }').transform((map) =>
    Object.entries(map).map(([agent, { condition: when, restart: follows }]): Dependency => ({
      agent,
      condition: when,
      ...(follows ? { restart: true } : {}),
    })),
  ),
});

const RESTART_RULE = 'always, on-failure, on-failure:N (N from 1 to 1000) or no';
const RESTART = /^(?:always|no|on-failure(?::(?:[1-9]\d{0,2}|1000))?)$/;
const restart = kind(
  z
    .string(must(RESTART_RULE))
    .refine((word) => RESTART.test(word), {
      error: (issue) =>
        issue.input === 'unless-stopped'
          ? 'must be always: an agent that was stopped by hand stays stopped.'
          : must(RESTART_RULE).error(issue),
    })
    .transform((word): RestartPolicy => {
      if (word === 'always' || word === 'no') return { kind: word };
      const max = word.split(':')[1];
      return max === undefined ? { kind: 'on-failure' } : { kind: 'on-failure', max: Number(max) };
    }),
  {
    ...{ says: RESTART_RULE, json: { type: 'string', pattern: RESTART.source } },
    written: ({ kind: word }: RestartPolicy) => word,
  },
);

const HOST_RULE = 'the name of a host, or key=value';
const hosts = list(
  kind(
    z.string(must(HOST_RULE)).refine((word) => isName(word) || HOST_SELECTOR.test(word) || word.includes('${'), {
      error: (issue) =>
        `must be the name of a host (${NAME_RULE}), or a selector key=value, not ${shown(issue.input)}.`,
    }),
    { says: HOST_RULE },
  ),
  '[main-pc]',
);

const SOCKET_MODE = 'octal digits in quotes, such as "0660"';
const socket = strict({
  name: name('the name of a socket').describe('Its name in LISTEN_FDNAMES.'),
  listen: text('HOST:PORT, [IPV6]:PORT, an absolute path or "@name"')
    .superRefine((value, context) => {
      const problem = problemOfListenAddress(value);
      if (problem !== undefined) context.addIssue({ code: 'custom', message: problem });
    })
    .describe('Where the host listens for it.'),
  mode: kind(
    z
      .string(must(SOCKET_MODE))
      .regex(/^0?[0-7]{3}$/, must(SOCKET_MODE))
      .transform((digits) => Number.parseInt(digits, 8)),
    { says: SOCKET_MODE, json: { type: 'string', pattern: '^0?[0-7]{3}$' } },
  )
    .optional()
    .meta({ description: 'Of a socket with a path: who may connect.', absent: '"0660"' }),
}).superRefine(({ listen, mode }, context) => {
  if (mode === undefined || listen.startsWith('/')) return;
  context.addIssue({ code: 'custom', path: ['mode'], message: 'is only for a socket with a path.' });
});

const updateConfig = strict(
  {
    order: choice(['start-first', 'stop-first']).optional().meta({
      description:
        'Whether the old one ends before the new one starts. stop-first, written down, also keeps two of it apart.',
      absent: 'start-first where it has sockets, else stop-first',
    }),
    parallelism: whole(1, 1000).default(1).describe('Replicas of a host that are replaced or taken away at once.'),
  },
  { unsupported: ['delay', 'failure_action', 'monitor', 'max_failure_ratio'] },
);

const healthchecks = byForm<readonly Healthcheck[]>({
  list: list(healthcheck, '[{ tcp: { address } }]'),
  otherwise: healthcheck.transform((one) => [one]),
});

export const agentSchema = strict(
  {
    description: z.string(must('a text')).optional().describe('For people.'),
    command: commandSchema.describe('The program and its words. No shell runs.'),
    hosts: hosts.default([]).meta({ description: 'Names of hosts, or labels that they have.', absent: 'every host' }),
    replicas: replicas
      .default({ replicas: 1 })
      .describe('How many instances on each host, or bounds and what a host scales by.'),
    environment: environment.default({}).describe('Variables.'),
    working_dir: inside('a folder').default('.').describe('Below the root of the release.'),
    depends_on: dependsOn.default([]).describe('Agents that come before it on the same host.'),
    files: list(inside('a glob'), '["agents/**"]').default([]).meta({
      description: 'Globs over the release: what it is made of. A change elsewhere does not restart it.',
      absent: 'everything',
    }),
    healthcheck: healthchecks.default([]).describe('How to tell whether it is well.'),
    restart: restart
      .default({ kind: 'always' })
      .describe('What happens when it ends. A minute of being well forgets the ends before it.'),
    stop_signal: choice(STOP_SIGNALS).default('SIGTERM').describe('What asks it to end.'),
    stop_grace_period: duration(0, 3_600_000)
      .default(10_000)
      .describe('After it, whatever is left of the agent is killed.'),
    update_config: updateConfig.default({ parallelism: 1 }).describe('How it is replaced.'),
    sockets: list(socket, '[{ name: http, listen: "127.0.0.1:8081" }]')
      .default([])
      .describe('Sockets that the host opens and hands over.'),
    user: user
      .optional()
      .meta({ description: 'Whom it runs as. Needs a sidecar that runs as root.', absent: "the sidecar's" }),
    resources: resources.optional().describe('Limits, each only where it is wanted.'),
    no_new_privileges: flag()
      .default(true)
      .describe('No program that it executes gains rights by that. false needs no_new_privileges of the host too.'),
    secrets: list(secretName, '[OPENAI_API_KEY]').default([]).describe('Names of values that the host has.'),
    data: dataSchema.default([]).describe('Paths in the release that outlive it.'),
    driver: kind(
      choice(['process', 'podman']).refine((word) => word === 'process', { error: `podman ${NOT_YET}` }),
      { says: 'process', json: { const: 'process' } },
    )
      .default('process')
      .describe('What runs it.'),
  },
  {
    called: 'agent',
    unsupported: ['profiles', 'image'],
    instead: {
      env: 'environment',
      ports: 'sockets',
      entrypoint: 'command',
      deploy: 'replicas',
      volumes: 'data',
      workdir: 'working_dir',
    },
  },
).transform((agent): AgentBody => ({
  ...(agent.description === undefined ? {} : { description: agent.description }),
  command: agent.command,
  hosts: agent.hosts,
  ...agent.replicas,
  environment: agent.environment,
  workingDir: agent.working_dir,
  dependsOn: agent.depends_on,
  files: agent.files,
  healthchecks: agent.healthcheck,
  restart: agent.restart,
  stopSignal: agent.stop_signal,
  stopGraceMs: agent.stop_grace_period,
  // Held sockets let old and new overlap; without them two versions would fight for a port.
  order: agent.update_config.order ?? (agent.sockets.length > 0 ? 'start-first' : 'stop-first'),
  ...(agent.update_config.order === 'stop-first' ? { exclusive: true as const } : {}),
  parallelism: agent.update_config.parallelism,
  sockets: agent.sockets.map(({ mode, ...socket }) => (mode === undefined ? socket : { ...socket, mode })),
  // What is not said is left out, so that agents that don't say it stay as they are.
  ...(agent.user === undefined ? {} : { user: agent.user }),
  ...(agent.resources === undefined ? {} : { resources: agent.resources }),
  ...(agent.no_new_privileges ? {} : { noNewPrivileges: false }),
  ...(agent.secrets.length === 0 ? {} : { secrets: agent.secrets }),
  ...(agent.data.length === 0 ? {} : { data: agent.data }),
}));

export const appSchema = strict(
  {
    app: name('the name of an app').default('default').describe('The set of agents that is released together.'),
    agents: mapOf(agentSchema, 'a map of agents').describe('The agents, by name.'),
    gates: gatesSchema.default([]).describe('Conditions that a rollout of it must meet on trial.'),
    hooks: hooksSchema.default({}).describe('What is run before and after the steps of a rollout of it.'),
    prepare: prepareSchema
      .default([])
      .describe('What is made of files of the release on each host, once, before it is used; by name, in order.'),
  },
  { instead: { services: 'agents', name: 'app' } },
);
