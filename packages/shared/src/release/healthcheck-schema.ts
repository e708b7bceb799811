/** The vocabulary of one healthcheck in agents.yaml. */
import type { z } from 'zod';
import type { Healthcheck, ProbeMethod, ProbePurpose } from '../domain/agent.js';
import { byForm, choice, duration, flag, list, must, strict, text, whole } from '../runtime/shape.js';
import { commandSchema } from './command-schema.js';
import { problemOfAddress, problemOfHttpUrl, problemOfZmqUrl } from './spec-strings.js';

const PURPOSES = ['startup', 'readiness', 'liveness'] as const;

const checked = (what: string, problemOf: (value: string) => string | undefined) =>
  text(what).superRefine((value, context) => {
    const problem = problemOf(value);
    if (problem !== undefined) context.addIssue({ code: 'custom', message: problem });
  });

const methods = {
  zmq: strict({
    connect: checked('an endpoint such as tcp://127.0.0.1:5701', problemOfZmqUrl),
    send: text().default('health_check'),
    expect: text().default('healthy'),
  }),
  http: strict({ url: checked('a URL', problemOfHttpUrl), status: whole(100, 599).default(200) }),
  tcp: strict({ address: checked('HOST:PORT', problemOfAddress) }),
  exec: commandSchema,
  heartbeat: strict({ within: duration(100) }),
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
    exec: methods.exec.optional(),
    heartbeat: methods.heartbeat.optional(),
    for: purposes.default(PURPOSES),
    level: choice(['basic', 'deep', 'functional', 'integration', 'performance']).default('basic'),
    critical: flag().default(true),
    interval: duration(50).default(5_000),
    timeout: duration(10).default(2_000),
    retries: whole(1, 1000).default(3),
    start_period: duration(0).default(60_000),
  },
  { unsupported: ['notify', 'grpc'], instead: { test: 'exec', cmd: 'exec', start_interval: 'interval' } },
)
  .superRefine((value, context) => {
    const given = METHOD_NAMES.filter((method) => value[method] !== undefined);
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
    retries: value.retries,
    startPeriodMs: value.start_period,
  }));

type Methods = { readonly [K in keyof typeof methods]?: z.output<(typeof methods)[K]> | undefined };

function methodOf({ zmq, http, tcp, exec, heartbeat }: Methods): ProbeMethod {
  if (zmq !== undefined) return { kind: 'zmq', ...zmq };
  if (http !== undefined) return { kind: 'http', ...http };
  if (tcp !== undefined) return { kind: 'tcp', ...tcp };
  if (exec !== undefined) return { kind: 'exec', command: exec };
  return { kind: 'heartbeat', withinMs: heartbeat?.within ?? 0 };
}
