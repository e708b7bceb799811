/** The vocabulary of one healthcheck in agents.yaml. */
import { z } from 'zod';
import type { HealthLevel, Healthcheck, ProbeMethod, ProbePurpose } from '../domain/agent.js';
import { formatDuration } from '../domain/duration.js';
import { byForm, choice, duration, flag, list, must, strict, text, whole } from '../runtime/shape.js';
import { commandSchema } from './command-schema.js';
import { problemOfAddress, problemOfHttpUrl, problemOfZmqUrl } from './spec-strings.js';

const PURPOSES = ['startup', 'readiness', 'liveness'] as const;

const checked = (what: string, problemOf: (value: string) => string | undefined) =>
  text(what).superRefine((value, context) => {
    const problem = problemOf(value);
    if (problem !== undefined) context.addIssue({ code: 'custom', message: problem });
  });

/** `true`, or what is asked of the agent beside its READY. */
const notify = byForm<{ readonly watchdog?: number | undefined }>({
  map: strict({
    watchdog: duration(100).optional().describe('Once ready, it also says WATCHDOG=1 at least so often.'),
  }),
  otherwise: z.literal(true, must('true, or { watchdog: 10s }')).transform(() => ({})),
});

const methods = {
  zmq: strict({
    connect: checked('an endpoint such as tcp://127.0.0.1:5701', problemOfZmqUrl).describe('Where it answers.'),
    send: text().default('health_check').describe('The question, sent by REQ.'),
    expect: text().default('healthy').describe('The answer; JSON with a good status is one too.'),
  }),
  http: strict({
    url: checked('a URL', problemOfHttpUrl).describe('What is asked, by GET.'),
    status: whole(100, 599).default(200).describe('The status of a good answer.'),
  }),
  tcp: strict({ address: checked('HOST:PORT', problemOfAddress).describe('Where it accepts a connection.') }),
  grpc: strict({
    address: checked('HOST:PORT', problemOfAddress).describe('Of its health service (grpc.health.v1), without TLS.'),
    service: z
      .string(must('a text'))
      .default('')
      .meta({ description: 'Which service it is asked for.', absent: 'the server as a whole' }),
  }),
  exec: commandSchema,
  heartbeat: strict({ within: duration(100).describe('So long may it be silent on the bus.') }),
  notify,
};
const METHOD_NAMES = Object.keys(methods) as (keyof typeof methods)[];

const purposes = byForm<readonly ProbePurpose[]>(
  {
    list: list(choice(PURPOSES), '[readiness]').refine(
      (words) => words.length > 0,
      must('at least one of startup, readiness, liveness'),
    ),
    otherwise: choice(PURPOSES).transform((word) => [word]),
  },
  { says: `${PURPOSES.join(', ')}, or a list of them` },
);

export const healthcheck = strict(
  {
    zmq: methods.zmq.optional().describe('A question over ZeroMQ.'),
    http: methods.http.optional().describe('A question over HTTP.'),
    tcp: methods.tcp.optional().describe('A connection.'),
    grpc: methods.grpc.optional().describe("The agent's own health service."),
    exec: methods.exec.optional().describe('A program that ends with 0. No shell runs.'),
    heartbeat: methods.heartbeat.optional().describe('Signs of life on the bus.'),
    notify: methods.notify.optional().describe('READY=1 by sd_notify.'),
    for: purposes.default(PURPOSES).describe('What is decided by it.'),
    level: choice(['basic', 'deep', 'functional', 'integration', 'performance'])
      .default('basic')
      .describe('A word for health test and reports; at performance slow answers degrade.'),
    critical: flag().default(true).describe('false: reported and scored, holds up nothing.'),
    interval: duration(50).default(5_000).describe('Time between two questions, once it has started.'),
    timeout: duration(10).default(2_000).describe('No answer after it is a failure.'),
    slow: duration(1).optional().meta({
      description: 'A good answer that took so long is a slow one: the agent is degraded.',
      absent: 'half of timeout at level performance, else none',
    }),
    retries: whole(1, 1000).default(3).describe('Failures in a row until the verdict turns bad.'),
    start_period: duration(0).default(60_000).describe('Not ready this long after its start: the start has failed.'),
  },
  {
    called: 'healthcheck',
    instead: { test: 'exec', cmd: 'exec', start_interval: 'interval', watchdog: 'notify: { watchdog }' },
  },
)
  .superRefine((value, context) => {
    const given = METHOD_NAMES.filter((method) => value[method] !== undefined);
    const slow = problemOfSlow(value);
    if (
      value.notify !== undefined &&
      value.notify.watchdog === undefined &&
      value.for.every((word) => word === 'liveness')
    ) {
      context.addIssue({ code: 'custom', path: ['for'], message: NO_LIVENESS });
    }
    if (slow !== undefined) context.addIssue({ code: 'custom', path: ['slow'], message: slow });
    if (given.length === 1) return;
    const message =
      given.length === 0
        ? `says no way to ask: give it one of ${METHOD_NAMES.join(', ')}.`
        : `asks in two ways, ${given.join(' and ')}: make it a list of two healthchecks.`;
    context.addIssue({ code: 'custom', message });
  })
  .transform((value): Healthcheck => ({
    method: methodOf(value),
    purposes: value.for,
    level: value.level,
    critical: value.critical,
    intervalMs: value.interval,
    timeoutMs: value.timeout,
    ...slowOf(value),
    retries: value.retries,
    startPeriodMs: value.start_period,
  }));

type Methods = { readonly [K in keyof typeof methods]?: z.output<(typeof methods)[K]> | undefined };

interface Timing {
  readonly level: HealthLevel;
  readonly timeout: number;
  readonly slow?: number | undefined;
}

const isTold = ({ heartbeat, notify: told }: Methods): boolean => heartbeat !== undefined || told !== undefined;

const NO_LIVENESS =
  'is liveness alone, of which notify says nothing without a watchdog: write notify: { watchdog: 10s }.';

function problemOfSlow(value: Methods & Timing): string | undefined {
  if (value.slow === undefined) return undefined;
  if (isTold(value)) return 'is for checks that are asked: a heartbeat and notify have no answer that could be slow.';
  if (value.slow < value.timeout) return undefined;
  return `must be less than timeout (${formatDuration(value.timeout)}), not ${formatDuration(value.slow)}: what takes longer has failed.`;
}

/** That is what the level is about: half of the time that an answer may take. */
function slowOf(value: Methods & Timing): { readonly slowMs?: number } {
  if (value.slow !== undefined) return { slowMs: value.slow };
  return value.level === 'performance' && !isTold(value) ? { slowMs: Math.ceil(value.timeout / 2) } : {};
}

function methodOf({ zmq, http, tcp, grpc, exec, heartbeat, notify: told }: Methods): ProbeMethod {
  if (zmq !== undefined) return { kind: 'zmq', ...zmq };
  if (http !== undefined) return { kind: 'http', ...http };
  if (tcp !== undefined) return { kind: 'tcp', ...tcp };
  if (exec !== undefined) return { kind: 'exec', command: exec };
  if (grpc !== undefined) return { kind: 'grpc', ...grpc };
  if (told !== undefined)
    return { kind: 'notify', ...(told.watchdog === undefined ? {} : { watchdogMs: told.watchdog }) };
  return { kind: 'heartbeat', withinMs: heartbeat?.within ?? 0 };
}
