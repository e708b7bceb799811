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
const notify = byForm<{ readonly watchdog?: number | undefined }>((value) =>
  value !== null && typeof value === 'object' && !Array.isArray(value)
    ? strict({ watchdog: duration(100).optional() })
    : z.literal(true, must('true, or { watchdog: 10s }')).transform(() => ({})),
);

const methods = {
  zmq: strict({
    connect: checked('an endpoint such as tcp://127.0.0.1:5701', problemOfZmqUrl),
    send: text().default('health_check'),
    expect: text().default('healthy'),
  }),
  http: strict({ url: checked('a URL', problemOfHttpUrl), status: whole(100, 599).default(200) }),
  tcp: strict({ address: checked('HOST:PORT', problemOfAddress) }),
  grpc: strict({ address: checked('HOST:PORT', problemOfAddress), service: z.string(must('a text')).default('') }),
  exec: commandSchema,
  heartbeat: strict({ within: duration(100) }),
  notify,
};
const METHOD_NAMES = Object.keys(methods) as (keyof typeof methods)[];

const purposes = byForm<readonly ProbePurpose[]>((value) =>
  Array.isArray(value)
    ? list(choice(PURPOSES), '[readiness]').refine(
        (words) => words.length > 0,
        must('at least one of startup, readiness, liveness'),
      )
    : choice(PURPOSES).transform((word) => [word]),
);

export const healthcheck = strict(
  {
    zmq: methods.zmq.optional(),
    http: methods.http.optional(),
    tcp: methods.tcp.optional(),
    grpc: methods.grpc.optional(),
    exec: methods.exec.optional(),
    heartbeat: methods.heartbeat.optional(),
    notify: methods.notify.optional(),
    for: purposes.default(PURPOSES),
    level: choice(['basic', 'deep', 'functional', 'integration', 'performance']).default('basic'),
    critical: flag().default(true),
    interval: duration(50).default(5_000),
    timeout: duration(10).default(2_000),
    slow: duration(1).optional(),
    retries: whole(1, 1000).default(3),
    start_period: duration(0).default(60_000),
  },
  { instead: { test: 'exec', cmd: 'exec', start_interval: 'interval', watchdog: 'notify: { watchdog }' } },
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
