/** Lines over time, and the box that every chart of the page is drawn in: by its width, in light and in dark. */
import { useEffect, useRef, useState } from 'preact/hooks';
import type { JSX } from 'preact';
import uPlot from 'uplot';
import type { Column } from './timeline.js';

/** More lines than these nobody tells apart. */
export const MOST_LINES = 8;
/** Told apart by colour-blind eyes, in light and in dark (Okabe and Ito), and by their dashes. */
const COLOURS = ['#0072b2', '#e69f00', '#009e73', '#cc79a7', '#56b4e9', '#d55e00', '#8a7f00', '#888888'];
const DASHES: readonly (readonly number[])[] = [[], [6, 3], [2, 2], [8, 3, 2, 3], [12, 4], [4, 6], [1, 3], [10, 2]];

export interface Line {
  readonly name: string;
  readonly values: Column;
}

interface LinesProps {
  readonly title: string;
  /** Seconds since 1970, oldest first. */
  readonly at: readonly number[];
  /** At most `MOST_LINES`. */
  readonly lines: readonly Line[];
  /** The top of the scale; absent: as high as the highest. */
  readonly most?: number;
}

export function LineChart({ title, at, lines, most }: LinesProps): JSX.Element {
  const names = lines.map(({ name }) => name);
  return (
    <ChartBox
      title={title}
      label={`${title} of ${names.join(', ')}`}
      data={[at, ...lines.map(({ values }) => values)]}
      options={() => ({
        scales: { x: { range: (_, first, last) => minuteAtLeast(first, last) }, y: { range: heightOf(most) } },
        series: [{}, ...names.map((name, index) => seriesOf(`${title} ${name}`, index))],
      })}
      remake={[most, ...names].join()}
    />
  );
}

const seriesOf = (label: string, index: number): uPlot.Series => ({
  label,
  stroke: COLOURS[index] ?? '#888888',
  dash: [...(DASHES[index] ?? [])],
  width: 1.5,
  points: { show: false },
});

/** As the lines are drawn, for legends. */
export const Dash = ({ index }: { readonly index: number }): JSX.Element => (
  <svg class="dash" viewBox="0 0 24 4" aria-hidden="true">
    <line x1="0" x2="24" y1="2" y2="2" stroke={COLOURS[index]} stroke-dasharray={DASHES[index]?.join(' ')} />
  </svg>
);

export interface BoxProps {
  readonly title: string;
  /** What is drawn, for who does not see it. */
  readonly label: string;
  /** As uPlot has it: times, then a column for each series. */
  readonly data: readonly Column[];
  readonly options: () => Pick<uPlot.Options, 'scales' | 'series'>;
  /** Another text: another chart, not only other values. */
  readonly remake: string;
}

const HEIGHT = 130;

export function ChartBox({ title, label, data, options, remake }: BoxProps): JSX.Element {
  const box = useRef<HTMLDivElement>(null);
  const chart = useRef<uPlot>();
  const isDark = useDark();
  const values = data as unknown as uPlot.AlignedData;
  useEffect(() => {
    const place = box.current;
    if (place === null) return undefined;
    const made = new uPlot({ ...frameOf(place), ...options() }, values, place);
    chart.current = made;
    const watch = new ResizeObserver(() => made.setSize({ width: place.clientWidth, height: HEIGHT }));
    watch.observe(place);
    return () => {
      watch.disconnect();
      made.destroy();
    };
  }, [remake, isDark]);
  const [at = []] = data;
  useEffect(() => chart.current?.setData(values), [at.length, at[0], at.at(-1), remake, isDark]);
  return (
    <figure>
      <figcaption>{title}</figcaption>
      <div class="chart" ref={box} role="img" aria-label={label} data-points={at.length} data-since={at[0]} />
    </figure>
  );
}

function frameOf(place: HTMLElement): Omit<uPlot.Options, 'scales' | 'series'> {
  const style = getComputedStyle(document.documentElement);
  const axis = {
    stroke: style.getPropertyValue('--quiet'),
    grid: { stroke: style.getPropertyValue('--line'), width: 1 },
  };
  return {
    width: Math.max(200, place.clientWidth),
    height: HEIGHT,
    legend: { show: false },
    cursor: { show: false },
    axes: [
      { ...axis, size: 28 },
      { ...axis, size: 40, values: (_, ticks) => ticks.map((tick) => `${tick}`) },
    ],
  };
}

/** Seconds since 1970: few samples tell no scale. */
function minuteAtLeast(first: number | null, last: number | null): [number, number] {
  const end = last ?? Date.now() / 1000;
  return [Math.min(first ?? end, end - 60), end];
}

/** From zero; without `most` up to the highest, and to one at least, so that what is next to nothing looks so. */
export const heightOf = (most?: number): [number, number] | uPlot.Range.Function =>
  most === undefined ? (_, __, highest) => [0, Math.max(highest, 1) * 1.1] : [0, most];

function useDark(): boolean {
  const [isDark, set] = useState(() => matchMedia('(prefers-color-scheme: dark)').matches);
  useEffect(() => {
    const query = matchMedia('(prefers-color-scheme: dark)');
    const hear = (): void => set(query.matches);
    query.addEventListener('change', hear);
    return () => query.removeEventListener('change', hear);
  }, []);
  return isDark;
}
