/** `coordinator report`: how often and how well releases reach the hosts. */
import { type Command, InvalidArgumentError } from 'commander';
import { table } from '@outrider/shared/cli/table.js';
import { type FiguresDocument, type ReportDocument, reportDocument } from '@outrider/shared/documents/report.js';
import { DEFAULT_REPORT_MS, DELIVERIES_KEPT_MS } from '@outrider/shared/domain/delivery.js';
import { deploymentWords, frequencyWords, tenth } from '@outrider/shared/domain/delivery-words.js';
import { formatDuration, parseSpan } from '@outrider/shared/domain/duration.js';
import { readReport } from '@outrider/shared/rpc/codec.js';
import { nameOption } from './arguments.js';
import { timeLimit, withCoordinator } from './connection.js';
import { globalsOf, withGlobals } from './globals.js';
import { show } from './output.js';

const LEAST_MS = 60_000;

const MORE = `
A deployment is one rollout of one app. It has failed where it went back by itself, where it is stuck, and where
somebody took it back later with "rollback". What a person aborted counts for no rate.
  FREQUENCY   deployments that succeeded, a day
  DURATION    of those, from the start to the last commit: the median, and nine in ten were no longer than
  RECOVERY    from the failure (the first host is told to go back, or the rollback begins) to the end of the way back

Examples:
  coordinator report
  coordinator report --since 7d --app assistants
  coordinator report --since 24h --json`;

export function reportCommand(program: Command): void {
  const command = withGlobals(
    program.command('report').description('how often and how well releases reach the hosts: delivery figures'),
  );
  command
    .option('--since <time>', 'only what ended in this time: 30d, 12h (default 30d, at most 400d)', spanOption)
    .option('--app <name>', 'only of this app', nameOption)
    .addHelpText('after', MORE)
    .action(async (options: { readonly since?: number; readonly app?: string }) => {
      const globals = globalsOf(command);
      const request = { app: options.app ?? '', sinceMs: options.since ?? DEFAULT_REPORT_MS };
      const answer = await withCoordinator(globals, (remote) => remote.Report(request, timeLimit(globals)));
      const document = reportDocument(readReport(answer));
      show(globals, document, () => reportText(document));
    });
}

/** Days, or a duration. @throws InvalidArgumentError */
function spanOption(text: string): number {
  const ms = parseSpan(text);
  if (ms === undefined || ms < LEAST_MS || ms > DELIVERIES_KEPT_MS) {
    throw new InvalidArgumentError('Expected is a time from 1m to 400d, such as 30d, 12h or 90m.');
  }
  return ms;
}

/** For people. */
export function reportText({ environment, from, until, apps, total }: ReportDocument): string {
  const head = `${environment}, ${from} to ${until}`;
  if (apps.length === 0) return `${head}\nNo rollout ended in this time.`;
  const rows = apps.map(({ app, ...figures }) => rowOf(app, figures));
  const all = apps.length > 1 ? [rowOf('all', total)] : [];
  const open = apps.filter(({ unrecovered }) => unrecovered > 0).map(({ app }) => app);
  return [
    head,
    table(
      [...rows, ...all],
      ['APP', 'DEPLOYMENTS', 'FREQUENCY', 'SUCCESS', 'ROLLED BACK', 'DURATION', 'RECOVERY', 'LAST SUCCESS'],
    ),
    ...(open.length === 0 ? [] : [`Stuck, and mended by nothing yet: ${open.join(', ')}.`]),
  ].join('\n');
}

const rowOf = (name: string, figures: FiguresDocument): string[] => [
  name,
  deploymentWords(figures.deployments, figures.rollbacks),
  frequencyWords(figures.frequency_per_day) ?? '-',
  percent(figures.success_rate),
  percent(figures.rollback_rate),
  spanWords(figures.duration_seconds),
  spanWords(figures.recovery_seconds),
  figures.last_success ?? '-',
];

const percent = (rate: number | null): string => (rate === null ? '-' : `${tenth(rate * 100)} %`);

/** The median, and what nine in ten stayed within. */
function spanWords(span: { readonly median: number; readonly p90: number } | null): string {
  if (span === null) return '-';
  const words = (seconds: number): string => formatDuration(tidy(seconds) * 1000);
  return span.median === span.p90 ? words(span.median) : `${words(span.median)}, 90 %: ${words(span.p90)}`;
}

/** Tenths of seconds, from ten seconds on whole ones. */
const tidy = (seconds: number): number => (seconds < 10 ? Math.round(seconds * 10) / 10 : Math.round(seconds));
