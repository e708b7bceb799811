/** Rows as the windows that are asked for: ages instead of times, a metric at a time, without what has no value. */
import type { AgentSamples, MetricSamples, SampleWindow } from '@outrider/shared/domain/gate.js';
import type { Baseline } from './baseline.js';
import { COLUMNS, type Rows } from './rows.js';
import type { Track } from './track.js';

/** Of each look, beside the metrics of the bus. */
const METRICS = COLUMNS.filter((column) => !['at', 'span', 'incarnation'].includes(column));
const COUNTERS = ['restarts', 'unready_seconds', 'errors'];
const NOTHING: SampleWindow = { ageMs: [], spanMs: [], value: [], incarnation: [] };

/** `metrics` empty: all. `at`: now, on the clock of the rows. */
export function answerOf(
  app: string,
  tracks: ReadonlyMap<string, Track>,
  baseline: Baseline | undefined,
  metrics: readonly string[],
  at: number,
): readonly AgentSamples[] {
  return [...tracks].flatMap(([key, track]): AgentSamples[] => {
    const place = /^(.*)\/(.*)\.(\d+)$/.exec(key);
    if (place?.[1] !== app) return [];
    const before = baseline?.tracks.get(key);
    const names = new Set([...METRICS, ...track.rows.names, ...(before?.rows.names ?? [])]);
    const wanted = [...names].filter((name) => isMetric(name) && (metrics.length === 0 || metrics.includes(name)));
    return [
      {
        ...{ agent: place[2] ?? '', instance: Number(place[3]), version: track.version },
        metrics: wanted.map((name): MetricSamples => ({
          name,
          kind: COUNTERS.includes(name) ? 'counter' : (before?.kinds[name] ?? track.kindOf(name)),
          before: before === undefined ? NOTHING : windowOf(before.rows, name, at),
          since: windowOf(track.rows, name, at),
        })),
      },
    ];
  });
}

const isMetric = (name: string): boolean => name.startsWith('bus:') || (METRICS as readonly string[]).includes(name);

function windowOf(rows: Rows, name: string, at: number): SampleWindow {
  const [ats, spans, incarnations, values] = ['at', 'span', 'incarnation', name].map((column) => rows.column(column));
  const there = (values ?? []).flatMap((value, index) => (Number.isNaN(value) ? [] : [index]));
  const pick = (list: readonly number[] | undefined): number[] => there.map((index) => list?.[index] ?? 0);
  return {
    ageMs: pick(ats).map((time) => Math.max(0, Math.round(at - time))),
    spanMs: pick(spans).map(Math.round),
    value: pick(values),
    incarnation: pick(incarnations),
  };
}
