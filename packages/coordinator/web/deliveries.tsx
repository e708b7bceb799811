/** How often and how well releases reach the hosts, over the last days; read anew when a rollout has ended. */
import { memo } from 'preact/compat';
import { useEffect, useState } from 'preact/hooks';
import type { JSX } from 'preact';
import type { FiguresDocument, ReportDocument } from '@outrider/shared/documents/report.js';
import { deploymentWords, frequencyWords } from '@outrider/shared/domain/delivery-words.js';
import { type Delivery, DeliveryChart } from './delivery-chart.js';
import { clockTime, rate, span } from './words.js';

interface DeliveriesProps {
  /** Counts the rollouts that have ended, and the connections. */
  readonly ended: number;
  readonly connection: number;
}

interface Read {
  readonly report: ReportDocument;
  readonly deliveries: readonly Delivery[];
}

const SPANS = ['7d', '30d', '90d'] as const;
/** As many as are drawn. */
const MOST = 500;

/** Drawn anew only where something of it has changed. */
export const Deliveries = memo(function Deliveries({ ended, connection }: DeliveriesProps): JSX.Element {
  const [since, choose] = useState<string>('30d');
  const read = useDeliveries(since, `${ended}/${connection}`);
  return (
    <section aria-label="Deliveries" class="deliveries" data-deployments={read?.report.total.deployments.total}>
      <h2>
        Deliveries
        <select aria-label="Deliveries of" value={since} onChange={({ currentTarget }) => choose(currentTarget.value)}>
          {SPANS.map((one) => (
            <option key={one} value={one}>
              the last {Number.parseInt(one, 10)} days
            </option>
          ))}
        </select>
      </h2>
      {read === undefined ? <p class="quiet">Not known yet.</p> : <Figures {...read} />}
    </section>
  );
});

function Figures({ report, deliveries }: Read): JSX.Element {
  const { apps, total } = report;
  if (apps.length === 0) return <p class="quiet">No rollout has ended in this time.</p>;
  const columns = apps.length === 1 ? apps : [...apps, { ...total, app: 'all' }];
  const open = apps.filter(({ unrecovered }) => unrecovered > 0).map(({ app }) => app);
  return (
    <>
      <div class="wide">
        <table>
          <thead>
            <tr>
              <td />
              {columns.map(({ app }) => (
                <th key={app} scope="col">
                  {app}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {ROWS.map(([what, words]) => (
              <tr key={what}>
                <th scope="row">{what}</th>
                {columns.map((figures) => (
                  <td key={figures.app}>{words(figures)}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {open.length > 0 && <p class="sev-error">✖ Stuck, and mended by nothing yet: {open.join(', ')}.</p>}
      <DeliveryChart deliveries={deliveries} from={Date.parse(report.from)} until={Date.parse(report.until)} />
    </>
  );
}

const ROWS: readonly (readonly [what: string, words: (figures: FiguresDocument) => string])[] = [
  ['deployments', ({ deployments, rollbacks }) => deploymentWords(deployments, rollbacks)],
  ['frequency', (figures) => frequencyWords(figures.frequency_per_day) ?? '–'],
  ['success', (figures) => rate(figures.success_rate)],
  ['rolled back', (figures) => rate(figures.rollback_rate)],
  ['duration', ({ duration_seconds: took }) => spans(took)],
  ['time to recover', ({ recovery_seconds: took }) => spans(took)],
  ['last success', ({ last_success: at }) => (at === null ? '–' : dayAndTime(Date.parse(at)))],
];

/** The median, and what nine in ten stayed within. */
const spans = (took: { readonly median: number; readonly p90: number } | null): string =>
  took === null
    ? '–'
    : took.median === took.p90
      ? span(took.median)
      : `${span(took.median)}, 90 % within ${span(took.p90)}`;

const dayAndTime = (ms: number): string => `${new Date(ms).toLocaleDateString()} ${clockTime(ms)}`;

/** What was read last; undefined before the first answer. */
function useDeliveries(since: string, occasion: string): Read | undefined {
  const [read, keep] = useState<Read>();
  useEffect(() => {
    let isOver = false;
    void askDeliveries(since).then((found) => {
      if (!isOver && found !== undefined) keep(found);
    });
    return () => {
      isOver = true;
    };
  }, [since, occasion]);
  return read;
}

async function askDeliveries(since: string): Promise<Read | undefined> {
  try {
    const answers = await Promise.all([
      fetch(`/report?since=${since}`),
      fetch(`/deliveries?since=${since}&limit=${MOST}`),
    ]);
    if (!answers.every(({ ok }) => ok)) return undefined;
    const [report, deliveries] = (await Promise.all(answers.map((answer) => answer.json()))) as [
      ReportDocument,
      Delivery[],
    ];
    return { report, deliveries };
  } catch {
    return undefined;
  }
}
