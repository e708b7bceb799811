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
  type Reservations,
  type Resources,
  type RestartPolicy,
} from '../domain/agent.js';
import { isName, NAME_RULE } from '../domain/name.js';
import { parseSize } from '../domain/size.js';
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
import { secretName, user } from './rights-schema.js';
import { problemOfListenAddress } from './spec-strings.js';
import { environment } from './variables-schema.js';

const HOST_SELECTOR = /^[a-z0-9][a-z0-9._/-]{0,62}=[A-Za-z0-9._-]{0,63}$/;
const LEAST_MEMORY = 1024 * 1024;

export type AgentBody = Omit<AgentSpec, 'name'>;

const onlyValue = <T>(allowed: T) =>
  z.unknown().refine((value) => value === allowed, { error: `other than ${String(allowed)} ${NOT_YET}` });

/** Compose's spelling of sizes; a bare number is bytes. */
const SIZE_RULE = 'a size such as 512M or 2G (K, M, G: 1024 each)';
const size = byForm<number>((value) =>
  typeof value === 'number'
    ? whole(1, Number.MAX_SAFE_INTEGER)
    : text(SIZE_RULE)
        .refine((written) => parseSize(written) !== undefined, must(SIZE_RULE))
        .transform((written) => parseSize(written) ?? 0),
);

const CPUS_RULE = 'a number of cores such as 0.5, from 0.01 to 1024';
const cpus = z.coerce.number(must(CPUS_RULE)).refine((value) => value >= 0.01 && value <= 1_024, must(CPUS_RULE));

const reservations = strict({
  memory: size.refine((bytes) => bytes >= LEAST_MEMORY, must('at least 1M')).optional(),
  cpus: cpus.optional(),
}).transform(({ memory, cpus: cores }): Reservations => ({
  ...(memory === undefined ? {} : { memoryBytes: memory }),
  ...(cores === undefined ? {} : { cpus: cores }),
}));

const resources = strict(
  {
    memory: size.refine((bytes) => bytes >= LEAST_MEMORY, must('at least 1M')).optional(),
    cpus: cpus.optional(),
    pids: whole(1, 4_194_304).optional(),
    open_files: whole(16, 1_073_741_816).optional(),
    reservations: reservations.optional(),
  },
  { instead: { mem_limit: 'memory', pids_limit: 'pids', nofile: 'open_files' } },
).transform(({ memory, cpus: cores, pids, open_files: openFiles, reservations: reserved }): Resources => ({
  ...(memory === undefined ? {} : { memoryBytes: memory }),
  ...(cores === undefined ? {} : { cpus: cores }),
  ...(pids === undefined ? {} : { pids }),
  ...(openFiles === undefined ? {} : { openFiles }),
  ...(reserved === undefined ? {} : { reservations: reserved }),
}));

const condition = choice(['service_started', 'service_healthy', 'service_completed_successfully']).refine(
  (word) => word !== 'service_completed_successfully',
  { error: `service_completed_successfully ${NOT_YET}` },
);

/** A list of names waits for health, as the long form does by default. */
const dependsOn = byForm<readonly Dependency[]>((value) => {
  if (Array.isArray(value)) {
    return list(name('the name of an agent'), '[memory]').transform((names) =>
      names.map((agent): Dependency => ({ agent, condition: 'service_healthy' })),
    );
  }
  const entry = strict({
    condition: condition.default('service_healthy'),
    restart: flag().default(false),
    required: onlyValue(true).optional(),
  });
  return mapOf(entry, 'a list of names, or a map of names to { condition }').transform((map) =>
    Object.entries(map).map(([agent, { condition: when, restart: follows }]): Dependency => ({
      agent,
      condition: when,
      ...(follows ? { restart: true } : {}),
    })),
  );
});

const RESTART_RULE = 'always, on-failure, on-failure:N (N from 1 to 1000) or no';
const restart = z
  .string(must(RESTART_RULE))
  .refine((word) => /^(?:always|no|on-failure(?::(?:[1-9]\d{0,2}|1000))?)$/.test(word), {
    error: (issue) =>
      issue.input === 'unless-stopped'
        ? 'must be always: an agent that was stopped by hand stays stopped.'
        : must(RESTART_RULE).error(issue),
  })
  .transform((word): RestartPolicy => {
    if (word === 'always' || word === 'no') return { kind: word };
    const max = word.split(':')[1];
    return max === undefined ? { kind: 'on-failure' } : { kind: 'on-failure', max: Number(max) };
  });

const hosts = list(
  z
    .string(must('the name of a host, or key=value'))
    .refine((word) => isName(word) || HOST_SELECTOR.test(word) || word.includes('${'), {
      error: (issue) =>
        `must be the name of a host (${NAME_RULE}), or a selector key=value, not ${shown(issue.input)}.`,
    }),
  '[main-pc]',
);

const SOCKET_MODE = 'octal digits in quotes, such as "0660"';
const socket = strict({
  name: name('the name of a socket'),
  listen: text('HOST:PORT, [IPV6]:PORT, an absolute path or "@name"').superRefine((value, context) => {
    const problem = problemOfListenAddress(value);
    if (problem !== undefined) context.addIssue({ code: 'custom', message: problem });
  }),
  mode: z
    .string(must(SOCKET_MODE))
    .regex(/^0?[0-7]{3}$/, must(SOCKET_MODE))
    .transform((digits) => Number.parseInt(digits, 8))
    .optional(),
}).superRefine(({ listen, mode }, context) => {
  if (mode === undefined || listen.startsWith('/')) return;
  context.addIssue({ code: 'custom', path: ['mode'], message: 'is only for a socket with a path.' });
});

const updateConfig = strict(
  { order: choice(['start-first', 'stop-first']).optional(), parallelism: whole(1, 1000).default(1) },
  { unsupported: ['delay', 'failure_action', 'monitor', 'max_failure_ratio'] },
);

const healthchecks = byForm<readonly Healthcheck[]>((value) =>
  Array.isArray(value) ? list(healthcheck, '[{ tcp: { address } }]') : healthcheck.transform((one) => [one]),
);

export const agentSchema = strict(
  {
    description: z.string(must('a text')).optional(),
    command: commandSchema,
    hosts: hosts.default([]),
    replicas: replicas.default({ replicas: 1 }),
    environment: environment.default({}),
    working_dir: inside('a folder').default('.'),
    depends_on: dependsOn.default([]),
    files: list(inside('a glob'), '["agents/**"]').default([]),
    healthcheck: healthchecks.default([]),
    restart: restart.default({ kind: 'always' }),
    stop_signal: choice(STOP_SIGNALS).default('SIGTERM'),
    stop_grace_period: duration(0, 3_600_000).default(10_000),
    update_config: updateConfig.default({ parallelism: 1 }),
    sockets: list(socket, '[{ name: http, listen: "127.0.0.1:8081" }]').default([]),
    user: user.optional(),
    resources: resources.optional(),
    no_new_privileges: flag().default(true),
    secrets: list(secretName, '[OPENAI_API_KEY]').default([]),
    data: dataSchema.default([]),
    driver: choice(['process', 'podman'])
      .refine((word) => word === 'process', { error: `podman ${NOT_YET}` })
      .default('process'),
  },
  {
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
    app: name('the name of an app').default('default'),
    agents: mapOf(agentSchema, 'a map of agents'),
    gates: gatesSchema.default([]),
    hooks: hooksSchema.default({}),
    prepare: prepareSchema.default([]),
  },
  { instead: { services: 'agents', name: 'app' } },
);
