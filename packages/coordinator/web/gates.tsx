/** The gates of a rollout: each verdict a mark at its value, the limit a line, and how many good ones it takes. */
import type { JSX } from 'preact';
import type { Gate, GateSample, Rollout } from './messages.js';

export function Gates({ rollout }: { readonly rollout: Rollout }): JSX.Element | null {
  const { gates = [], gate_samples: samples } = rollout;
  if (gates.length === 0) return null;
  return (
    <ul class="gates" aria-label="Gates">
      {gates.map((gate) => (
        <GateRow key={gate.name} gate={gate} samples={samples[gate.name] ?? []} />
      ))}
    </ul>
  );
}

interface RowProps {
  readonly gate: Gate;
  readonly samples: readonly GateSample[];
}

function GateRow({ gate, samples }: RowProps): JSX.Element {
  const { name, spec, passed, failed, outcome, reason } = gate;
  return (
    <li data-gate={name} data-outcome={outcome ?? 'none'} data-samples={samples.length}>
      <span class="name">{name}</span>
      {samples.length > 0 && <Drawn name={name} samples={samples.slice(-MOST_DRAWN)} />}
      <progress max={spec.count} value={passed} aria-label={`${name}: ${passed} of ${spec.count}`} />
      <small>
        {passed} of {spec.count} good{failed > 0 ? `, ${failed} bad of ${spec.failureLimit} borne` : ''}
      </small>
      <small class="why">{reason ?? samples.at(-1)?.reason ?? 'not asked yet'}</small>
    </li>
  );
}

const MOST_DRAWN = 30;
/** Of the drawing, in its own units. */
const [STEP, HEIGHT, EDGE] = [8, 30, 5];
/** A good one is round, a bad one a cross, one that says nothing a diamond, one that could not be asked a bar. */
const MARKS: Readonly<Record<string, string>> = {
  pass: 'm-3 0a3 3 0 1 0 6 0a3 3 0 1 0-6 0',
  fail: 'm-3-3l6 6m0-6l-6 6',
  inconclusive: 'm0-4l4 4-4 4-4-4z',
  error: 'm0-4v8',
};

/** The newest on the right. Whatever has no value stands at the bottom. */
function Drawn({ name, samples }: { readonly name: string; readonly samples: readonly GateSample[] }): JSX.Element {
  const limit = samples.findLast((sample) => sample.limit !== undefined)?.limit;
  const most = Math.max(...samples.map(({ value = 0 }) => value), limit ?? 0, Number.MIN_VALUE);
  const height = (value: number): number => HEIGHT - EDGE - (Math.max(0, value) / most) * (HEIGHT - 2 * EDGE);
  const width = STEP * samples.length + STEP;
  const bad = samples.filter(({ outcome }) => outcome !== 'pass').length;
  const words = `${name}: ${samples.length} samples, ${bad} of them not good`;
  return (
    <svg class="samples" width={width} height={HEIGHT} role="img" aria-label={words}>
      {limit !== undefined && <line class="limit" x1="0" x2={width} y1={height(limit)} y2={height(limit)} />}
      {samples.map(({ at, outcome, reason, value = 0 }, index) => (
        <path
          key={`${at}/${index}`}
          class={`mark ${outcome}`}
          d={`M${STEP * (index + 1)} ${height(value)}${MARKS[outcome] ?? MARKS['error']}`}
        >
          <title>{reason}</title>
        </path>
      ))}
    </svg>
  );
}
