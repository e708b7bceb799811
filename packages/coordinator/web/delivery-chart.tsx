/** Each delivery as a mark: when it ended, how long it took, and by its shape and colour how it ended. */
import type { JSX } from 'preact';
import type uPlot from 'uplot';
import { ChartBox, heightOf } from './chart.js';
import type { Column } from './timeline.js';

/** As of GET /deliveries. */
export interface Delivery {
  readonly kind: 'rollout' | 'rollback';
  readonly result: 'succeeded' | 'rolled_back' | 'aborted' | 'stuck';
  /** RFC 3339. */
  readonly ended_at: string;
  readonly seconds: number;
}

interface DeliveryChartProps {
  /** Newest first. */
  readonly deliveries: readonly Delivery[];
  /** Epoch milliseconds. */
  readonly from: number;
  readonly until: number;
}

type Kind = 'good' | 'bad' | 'back' | 'aborted';

/** In a square of 2 by 2 around 0. */
type Draw = (path: Path2D, x: number, y: number, size: number) => void;

const KINDS: Readonly<
  Record<Kind, { readonly words: string; readonly colour: string; readonly svg: string; readonly draw: Draw }>
> = {
  good: {
    ...{ words: 'good', colour: '--green', svg: 'M-1 0a1 1 0 1 0 2 0a1 1 0 1 0-2 0' },
    draw: (path, x, y, size) => {
      path.moveTo(x + size, y);
      path.arc(x, y, size, 0, 2 * Math.PI);
    },
  },
  bad: {
    ...{ words: 'rolled back or stuck', colour: '--red', svg: 'M-1-1L1 1M1-1L-1 1' },
    draw: (path, x, y, size) => {
      path.moveTo(x - size, y - size);
      path.lineTo(x + size, y + size);
      path.moveTo(x + size, y - size);
      path.lineTo(x - size, y + size);
    },
  },
  back: {
    ...{ words: 'rollback', colour: '--orange', svg: 'M1-1L-1 0L1 1z' },
    draw: (path, x, y, size) => {
      path.moveTo(x + size, y - size);
      path.lineTo(x - size, y);
      path.lineTo(x + size, y + size);
      path.closePath();
    },
  },
  aborted: {
    ...{ words: 'aborted', colour: '--grey', svg: 'M0-1L1 0L0 1L-1 0z' },
    draw: (path, x, y, size) => {
      path.moveTo(x, y - size);
      path.lineTo(x + size, y);
      path.lineTo(x, y + size);
      path.lineTo(x - size, y);
      path.closePath();
    },
  },
};
const NAMES = Object.keys(KINDS) as Kind[];
/** Half of a mark, in pixels of the page. */
const SIZE = 4;
/** Room for the newest, as a part of the time that is shown. */
const EDGE = 0.03;

function kindOf({ kind, result }: Delivery): Kind {
  if (result === 'aborted') return 'aborted';
  if (result !== 'succeeded') return 'bad';
  return kind === 'rollback' ? 'back' : 'good';
}

export function DeliveryChart({ deliveries, from, until }: DeliveryChartProps): JSX.Element {
  const oldestFirst = [...deliveries].reverse();
  const kinds = oldestFirst.map(kindOf);
  const there = NAMES.filter((name) => kinds.includes(name));
  const columns = NAMES.map((name): Column =>
    oldestFirst.map(({ seconds }, index) => (kinds[index] === name ? seconds : null)),
  );
  const words = there.map((name) => `${kinds.filter((kind) => kind === name).length} ${KINDS[name].words}`).join(', ');
  return (
    <>
      <ChartBox
        title="How long each took, seconds"
        label={`Deliveries: ${words}`}
        data={[oldestFirst.map(({ ended_at }) => Date.parse(ended_at) / 1000), ...columns]}
        options={() => ({
          scales: { x: { range: [from / 1000, (until + (until - from) * EDGE) / 1000] }, y: { range: heightOf() } },
          series: [{}, ...NAMES.map(seriesOf)],
        })}
        remake={`${from}/${until}`}
      />
      <p class="legend">
        {there.map((name) => (
          <span key={name}>
            <svg class={`delivery ${name}`} viewBox="-1.5 -1.5 3 3" aria-hidden="true">
              <path d={KINDS[name].svg} />
            </svg>{' '}
            {KINDS[name].words}
          </span>
        ))}
      </p>
    </>
  );
}

function seriesOf(name: Kind): uPlot.Series {
  const { words, colour, draw } = KINDS[name];
  const value = getComputedStyle(document.documentElement).getPropertyValue(colour);
  return {
    ...{ label: words, stroke: value, fill: name === 'good' ? value : 'transparent', width: 1.5 },
    points: { show: false },
    paths: (chart, series, first, last) => {
      const path = new Path2D();
      const [times, values = []] = [chart.data[0], chart.data[series]];
      for (let index = first; index <= last; index += 1) {
        const [at, seconds] = [times[index], values[index]];
        if (at === undefined || typeof seconds !== 'number') continue;
        const [x, y] = [chart.valToPos(at, 'x', true), chart.valToPos(seconds, 'y', true)];
        draw(path, x, y, SIZE * devicePixelRatio);
      }
      return { stroke: path, fill: path };
    },
  };
}
