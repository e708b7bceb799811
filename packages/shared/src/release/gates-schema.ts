/** The vocabulary of `gates:` in agents.yaml: one gate at a time. What it asks decides which keys it may have. */
import { z } from 'zod';
import { DURATION_RULE, parseDuration } from '../domain/duration.js';
import { GATE_METRICS, type GateMetric, type GateQuestion, type GateSpec } from '../domain/gate.js';
import { parseSize, SIZE_RULE } from '../domain/size.js';
import { kind } from '../runtime/kind.js';
import { byForm, choice, duration, fitting, list, must, name, strict, text, whole } from '../runtime/shape.js';
import { commandSchema } from './command-schema.js';
import { problemOfHttpUrl } from './spec-strings.js';

/** As agents may spell it on the bus. */
const BUS_METRIC = /^[a-zA-Z_][a-zA-Z0-9_]{0,99}$/;
const BUS_RULE = 'the name of a metric that agents send: letters, digits and "_"';
const LONGEST_QUERY = 4_096;
const KINDS = ['metric', 'bus', 'promql', 'exec', 'webhook'] as const;

const DEFAULTS = { intervalMs: 10_000, timeoutMs: 10_000, count: 1, failureLimit: 0, errorLimit: 4 };
const MIN_SAMPLES = { limit: 1, compare: 3, memory_growth: 6 };

/** A number, or what its metric is measured in: `250ms` is 0.25 of seconds, `10M` as many bytes. */
const limit = kind(
  z.union([z.number(), z.string()], must('a number')).refine((value) => value !== '', must('a number')),
  { says: 'a number, or a duration or a size where the gate measures one', json: { type: ['number', 'string'] } },
);

const ratio = kind(
  z.number(must('a number such as 1.5')).refine((value) => value > 0, must('a number above 0')),
  { says: 'a number above 0, such as 1.5', json: { type: 'number', exclusiveMinimum: 0 } },
);

export const gateSchema = strict(
  {
    name: name('the name of a gate')
      .optional()
      .meta({ description: 'What it is called in plans and events.', absent: 'made of what it asks' }),
    metric: choice(GATE_METRICS).optional().describe('What sidecars measure of every instance.'),
    bus: fitting(BUS_RULE, (value) => BUS_METRIC.test(value))
      .optional()
      .describe('A metric that agents send over the bus.'),
    promql: text('a PromQL expression')
      .refine((value) => value.length <= LONGEST_QUERY, { error: `is longer than ${LONGEST_QUERY} characters.` })
      .optional()
      .describe('An expression that the Prometheus of the coordinator is asked.'),
    exec: commandSchema
      .optional()
      .describe('A program on the coordinator: it passes where that ends with 0. No shell runs.'),
    webhook: text('a URL')
      .superRefine((value, context) => {
        // What begins with a setting is looked at once that is filled in.
        const problem = value.startsWith('${') ? undefined : problemOfHttpUrl(value);
        if (problem !== undefined) context.addIssue({ code: 'custom', message: problem });
      })
      .optional()
      .describe('A URL that the coordinator calls by POST, and whose answer is the verdict.'),
    agents: list(name('the name of an agent'), '[memory]')
      .refine((names) => names.length > 0, must('a list of at least one agent'))
      .optional()
      .meta({ description: 'Only these, of metric and bus.', absent: 'every agent' }),
    max: limit.optional().describe('More than this fails. Time may have a unit, and memory too.'),
    min: limit.optional().describe('Less than this fails.'),
    compare: choice(['before', 'hosts'])
      .optional()
      .describe('With what it is compared: the same agent before its switch, or the hosts that are not switched yet.'),
    max_ratio: ratio.optional().describe('How many times the value that it is compared with is still good.'),
    min_samples: whole(1, 10_000)
      .optional()
      .meta({
        description: 'Samples on each side below which there is no verdict.',
        absent: `${MIN_SAMPLES.limit}; with compare ${MIN_SAMPLES.compare}; of memory_growth ${MIN_SAMPLES.memory_growth}`,
      }),
    interval: duration(100, 3_600_000).default(DEFAULTS.intervalMs).describe('Time between two questions.'),
    timeout: duration(10, 600_000).default(DEFAULTS.timeoutMs).describe('No answer after it is an error.'),
    count: whole(1, 1_000).default(DEFAULTS.count).describe('So many good verdicts are needed in each bake.'),
    failure_limit: whole(0, 1_000)
      .default(DEFAULTS.failureLimit)
      .describe('So many bad verdicts are borne in each bake.'),
    error_limit: whole(0, 1_000)
      .default(DEFAULTS.errorLimit)
      .describe('So many questions in a row may get no answer before the gate has failed.'),
    no_data: choice(['fail', 'inconclusive', 'pass'])
      .optional()
      .meta({ description: 'What it comes to where nothing is known.', absent: 'fail' }),
  },
  {
    called: 'gate',
    instead: {
      query: 'promql',
      command: 'exec',
      url: 'webhook',
      threshold: 'max',
      limit: 'max',
      failureLimit: 'failure_limit',
      consecutiveErrorLimit: 'error_limit',
    },
  },
)
  .superRefine((gate, context) => {
    for (const { path, message } of problemsOf(gate)) context.addIssue({ code: 'custom', path: [...path], message });
  })
  .transform((gate): Omit<GateSpec, 'name'> & { readonly name?: string } => {
    const ask = questionOf(gate);
    return {
      ...(gate.name === undefined ? {} : { name: gate.name }),
      ask,
      ...(gate.agents === undefined ? {} : { agents: gate.agents }),
      ...(gate.max === undefined ? {} : { max: numberOf(gate.max, ask) ?? 0 }),
      ...(gate.min === undefined ? {} : { min: numberOf(gate.min, ask) ?? 0 }),
      ...(gate.compare === undefined ? {} : { compare: gate.compare }),
      ...(gate.max_ratio === undefined ? {} : { maxRatio: gate.max_ratio }),
      minSamples: gate.min_samples ?? leastSamples(gate),
      ...{ intervalMs: gate.interval, timeoutMs: gate.timeout, count: gate.count },
      ...{ failureLimit: gate.failure_limit, errorLimit: gate.error_limit, noData: gate.no_data ?? 'fail' },
    };
  });

export const gatesSchema = byForm<readonly z.output<typeof gateSchema>[]>({
  list: list(gateSchema, '[{ metric: agent_restarts, max: 0 }]'),
  otherwise: z.never({ error: 'must be a list, such as [{ metric: agent_restarts, max: 0 }].' }),
});

interface Written {
  readonly metric?: GateMetric | undefined;
  readonly bus?: string | undefined;
  readonly promql?: string | undefined;
  readonly exec?: readonly string[] | undefined;
  readonly webhook?: string | undefined;
  readonly agents?: readonly string[] | undefined;
  readonly max?: number | string | undefined;
  readonly min?: number | string | undefined;
  readonly compare?: 'before' | 'hosts' | undefined;
  readonly max_ratio?: number | undefined;
  readonly min_samples?: number | undefined;
  readonly no_data?: GateSpec['noData'] | undefined;
}

interface Wrong {
  readonly path: readonly string[];
  readonly message: string;
}

const NUMBERS = ['max', 'min', 'max_ratio'] as const;
const OF_SAMPLES = ['agents', 'compare', 'max_ratio', 'min_samples'] as const;

function problemsOf(gate: Written): Wrong[] {
  const given = KINDS.filter((kind) => gate[kind] !== undefined);
  if (given.length !== 1) {
    const what = given.length === 0 ? 'asks nothing' : `asks ${given.join(' and ')}`;
    return [{ path: [], message: `${what}: give it exactly one of ${KINDS.join(', ')}.` }];
  }
  const ask = questionOf(gate);
  const own = ask.kind === 'metric' || ask.kind === 'bus';
  const foreign = (keys: readonly (keyof Written)[], whose: string): Wrong[] =>
    keys
      .filter((key) => gate[key] !== undefined)
      .map((key) => ({ path: [key], message: `is only for ${whose}: a gate with ${ask.kind} takes none.` }));
  if (ask.kind === 'exec' || ask.kind === 'webhook') {
    return foreign([...OF_SAMPLES, 'max', 'min', 'no_data'], 'gates that ask for numbers');
  }
  return [...(own ? [] : foreign(OF_SAMPLES, 'metric and bus')), ...problemsOfLimits(gate, ask)];
}

function problemsOfLimits(gate: Written, ask: GateQuestion): Wrong[] {
  const { compare, max, min, max_ratio: maxRatio } = gate;
  if (NUMBERS.every((key) => gate[key] === undefined)) {
    const more = compare === undefined ? 'max or min' : 'max_ratio, such as 1.5';
    return [{ path: [], message: `has no limit: give it ${more}.` }];
  }
  const wrong: Wrong[] = [];
  if (compare !== undefined && maxRatio === undefined) {
    wrong.push({ path: ['compare'], message: 'needs max_ratio, such as 1.5: how much worse it may be.' });
  }
  if (compare === undefined && maxRatio !== undefined) {
    wrong.push({ path: ['max_ratio'], message: 'needs compare: before (the switch) or hosts (not yet switched).' });
  }
  for (const key of ['max', 'min'] as const) {
    const value = gate[key];
    if (value === undefined || numberOf(value, ask) !== undefined) continue;
    wrong.push({ path: [key], message: must(unitOf(ask)).error({ input: value }) });
  }
  const [least, most] = [min, max].map((value) => (value === undefined ? undefined : numberOf(value, ask)));
  if (least !== undefined && most !== undefined && least > most) {
    wrong.push({ path: ['min'], message: 'is above max: nothing could pass.' });
  }
  // Memory alone may shrink.
  const isNeverBelow = ask.kind === 'metric' && ask.metric !== 'memory_growth';
  if (isNeverBelow && most !== undefined && most < 0) {
    wrong.push({ path: ['max'], message: 'is below 0: nothing could pass.' });
  }
  return wrong;
}

function questionOf({ metric, bus, promql, exec, webhook }: Written): GateQuestion {
  if (metric !== undefined) return { kind: 'metric', metric };
  if (bus !== undefined) return { kind: 'bus', name: bus };
  if (promql !== undefined) return { kind: 'promql', query: promql };
  if (exec !== undefined) return { kind: 'exec', command: exec };
  return { kind: 'webhook', url: webhook ?? '' };
}

const isSeconds = (ask: GateQuestion): boolean =>
  ask.kind === 'metric' && (ask.metric === 'unready_seconds' || ask.metric === 'probe_seconds');
const isBytes = (ask: GateQuestion): boolean => ask.kind === 'metric' && ask.metric === 'memory_growth';

function unitOf(ask: GateQuestion): string {
  if (isSeconds(ask)) return `seconds as a number, or ${DURATION_RULE}`;
  return isBytes(ask) ? `bytes a minute as a number, or ${SIZE_RULE}` : 'a number';
}

/** Undefined where it is none of this question. */
function numberOf(value: number | string, ask: GateQuestion): number | undefined {
  if (typeof value === 'number') return Number.isFinite(value) ? value : undefined;
  if (isBytes(ask)) return parseSize(value);
  const ms = isSeconds(ask) ? parseDuration(value) : undefined;
  return ms === undefined ? undefined : ms / 1_000;
}

function leastSamples({ metric, compare }: Written): number {
  const own = metric === 'memory_growth' && compare === undefined ? MIN_SAMPLES.memory_growth : MIN_SAMPLES.limit;
  return compare === undefined ? own : MIN_SAMPLES.compare;
}
