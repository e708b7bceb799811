/** The gates of a rollout: each verdict a mark, how many it takes, and the value against its limit where one was told. */
import type { JSX } from 'preact';
import type { OutriderEvent, Rollout } from './messages.js';
import type { Verdict } from './model.js';

interface GatesProps {
  readonly rollout: Rollout;
  readonly verdicts: ReadonlyMap<string, readonly Verdict[]>;
  readonly events: readonly OutriderEvent[];
}

type Gate = NonNullable<Rollout['gates']>[number];

const SIGNS: Readonly<Record<string, string>> = { pass: '●', fail: '✖', inconclusive: '◇', error: '!' };

export function Gates({ rollout, verdicts, events }: GatesProps): JSX.Element | null {
  const { gates = [] } = rollout;
  if (gates.length === 0) return null;
  const mine = events.filter(({ type, rollout: id }) => id === rollout.id && type.startsWith('rollout.gate.'));
  return (
    <ul class="gates" aria-label="Gates">
      {gates.map((gate) => (
        <GateRow
          key={gate.name}
          gate={gate}
          verdicts={verdicts.get(gate.name) ?? []}
          event={mine.findLast(({ data }) => data?.['gate'] === gate.name)}
        />
      ))}
    </ul>
  );
}

interface RowProps {
  readonly gate: Gate;
  readonly verdicts: readonly Verdict[];
  /** The last one about this gate. */
  readonly event: OutriderEvent | undefined;
}

function GateRow({ gate, verdicts, event }: RowProps): JSX.Element {
  const { name, spec, passed, failed, outcome, reason } = gate;
  const numbers = numbersOf(event);
  return (
    <li data-gate={name} data-outcome={outcome ?? 'none'}>
      <span class="name">{name}</span>
      <span class="verdicts" role="img" aria-label={`${passed} of ${spec.count} good, ${failed} bad`}>
        {verdicts.map(({ outcome: one, reason: why }, index) => (
          <span key={index} class={`verdict ${one}`} title={why}>
            {SIGNS[one] ?? '?'}
          </span>
        ))}
        {verdicts.length === 0 && passed === 0 && <span class="quiet">not asked yet</span>}
      </span>
      <progress max={spec.count} value={passed} aria-label={`${name}: ${passed} of ${spec.count}`} />
      <small>
        {passed}/{spec.count}
        {failed > 0 ? `, ${failed} bad of ${spec.failureLimit} borne` : ''}
      </small>
      {numbers !== undefined && <Against {...numbers} />}
      {(reason ?? event?.reason) !== undefined && <small class="why">{reason ?? event?.reason}</small>}
    </li>
  );
}

interface Numbers {
  readonly value: number;
  readonly limit: number;
}

function numbersOf(event: OutriderEvent | undefined): Numbers | undefined {
  const { value, limit } = event?.data ?? {};
  return typeof value === 'number' && typeof limit === 'number' ? { value, limit } : undefined;
}

/** The value as a bar, the limit as a line across it. */
function Against({ value, limit }: Numbers): JSX.Element {
  const most = Math.max(value, limit, Number.MIN_VALUE) * 1.15;
  const place = (amount: number): number => Math.max(0, Math.min(100, (100 * amount) / most));
  const words = `${round(value)}, limit ${round(limit)}`;
  return (
    <svg class="against" viewBox="0 0 100 10" preserveAspectRatio="none" role="img" aria-label={words}>
      <title>{words}</title>
      <rect class={value > limit ? 'over' : 'within'} x="0" y="2" width={Math.max(1, place(value))} height="6" />
      <line x1={place(limit)} x2={place(limit)} y1="0" y2="10" />
    </svg>
  );
}

const round = (value: number): number => Math.round(value * 1000) / 1000;
