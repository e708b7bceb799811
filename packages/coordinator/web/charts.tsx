/** CPU and memory of the hosts over the last ten minutes. */
import { useEffect, useRef, useState } from 'preact/hooks';
import type { JSX } from 'preact';
import uPlot from 'uplot';
import type { Samples } from './model.js';

/** More lines than these nobody tells apart: the busiest ones are drawn. */
const MOST_LINES = 8;
/** Told apart by colour-blind eyes, in light and in dark (Okabe and Ito), and by their dashes. */
const COLOURS = ['#0072b2', '#e69f00', '#009e73', '#cc79a7', '#56b4e9', '#d55e00', '#8a7f00', '#888888'];
const DASHES: readonly (readonly number[])[] = [[], [6, 3], [2, 2], [8, 3, 2, 3], [12, 4], [4, 6], [1, 3], [10, 2]];
const HEIGHT = 130;

export function Charts({ samples }: { readonly samples: Samples }): JSX.Element {
  const { hosts, at, cpu, memory } = samples;
  const shown = busiest(samples);
  const pick = (columns: Samples['cpu']): (number | null)[][] => [at, ...shown.map((index) => columns[index] ?? [])];
  const names = shown.map((index) => hosts[index] ?? '');
  return (
    <section aria-label="Resources of hosts" class="charts">
      <h2>
        Resources of hosts
        <span class="legend">
          {names.map((name, index) => (
            <span key={name}>
              <svg class="dash" viewBox="0 0 24 4" aria-hidden="true">
                <line
                  x1="0"
                  x2="24"
                  y1="2"
                  y2="2"
                  stroke={COLOURS[index]}
                  stroke-dasharray={DASHES[index]?.join(' ')}
                />
              </svg>{' '}
              {name} {last(cpu[shown[index] ?? 0])} cpu, {last(memory[shown[index] ?? 0])} memory
            </span>
          ))}
          {hosts.length > names.length && (
            <span>
              the {names.length} busiest of {hosts.length}
            </span>
          )}
        </span>
      </h2>
      <div class="pair">
        <Chart title="CPU %" names={names} data={pick(cpu)} />
        <Chart title="Memory %" names={names} data={pick(memory)} />
      </div>
    </section>
  );
}

const last = (column: readonly (number | null)[] = []): string => {
  const value = column.at(-1) ?? null;
  return value === null ? '–' : `${Math.round(value)} %`;
};

/** Their places in the list; all of them, in order, where these are few. */
function busiest({ hosts, cpu }: Samples): readonly number[] {
  const places = hosts.map((_, index) => index);
  if (places.length <= MOST_LINES) return places;
  const now = (index: number): number => cpu[index]?.at(-1) ?? -1;
  return places
    .sort((a, b) => now(b) - now(a))
    .slice(0, MOST_LINES)
    .sort((a, b) => a - b);
}

interface ChartProps {
  readonly title: string;
  readonly names: readonly string[];
  readonly data: (number | null)[][];
}

function Chart({ title, names, data }: ChartProps): JSX.Element {
  const box = useRef<HTMLDivElement>(null);
  const chart = useRef<uPlot>();
  const isDark = useDark();
  const names_ = names.join();
  useEffect(() => {
    const place = box.current;
    if (place === null) return undefined;
    const made = new uPlot(optionsOf(title, names, place), data as uPlot.AlignedData, place);
    chart.current = made;
    const watch = new ResizeObserver(() => made.setSize({ width: place.clientWidth, height: HEIGHT }));
    watch.observe(place);
    return () => {
      watch.disconnect();
      made.destroy();
    };
  }, [names_, isDark]);
  const newest = data[0]?.at(-1);
  useEffect(() => chart.current?.setData(data as uPlot.AlignedData), [newest, names_, isDark]);
  return (
    <figure>
      <figcaption>{title}</figcaption>
      <div class="chart" ref={box} role="img" aria-label={`${title} of ${names_}`} />
    </figure>
  );
}

function optionsOf(title: string, names: readonly string[], place: HTMLElement): uPlot.Options {
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
    scales: { x: { range: (_, first, last) => minuteAtLeast(first, last) }, y: { range: [0, 100] } },
    axes: [
      { ...axis, size: 28 },
      { ...axis, size: 36, values: (_, ticks) => ticks.map((tick) => `${tick}`) },
    ],
    series: [
      {},
      ...names.map((label, index) => ({
        label: `${title} ${label}`,
        stroke: COLOURS[index] ?? '#888888',
        dash: [...(DASHES[index] ?? [])],
        width: 1.5,
        points: { show: false },
      })),
    ],
  };
}

/** Seconds since 1970: a page that was just opened has few samples, and none of them tells a scale. */
function minuteAtLeast(first: number | null, last: number | null): [number, number] {
  const end = last ?? Date.now() / 1000;
  return [Math.min(first ?? end, end - 60), end];
}

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
