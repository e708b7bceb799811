/** How a rollout is shown while it runs: event lines, or on a terminal a block that is drawn again. */
import type { OutriderEvent } from '@outrider/shared/domain/event.js';
import { appsIn, placeKey } from '@outrider/shared/domain/rollout-place.js';
import { hasEnded, type Rollout, type RolloutHost } from '@outrider/shared/domain/rollout.js';
import type { readRollout } from '@outrider/shared/rpc/codec.js';
import { versionsApart, withVersionsApart } from '@outrider/shared/domain/versions-apart.js';
import { eventLine } from './event-line.js';
import type { Globals } from './globals.js';
import { harmless, note, print, printJson } from './output.js';
import { SeveralApps } from './several-apps.js';
import { paint, table } from '@outrider/shared/cli/table.js';
import { cut } from '@outrider/shared/cli/width.js';
import { culpritRows, gateRows, sampleOf, sinceText, stepsOf } from './rollout-parts.js';

/** `answer`: to whoever has said something to it. */
export type Explained = ReturnType<typeof readRollout>;

export interface RolloutView {
  event(event: OutriderEvent): void;
  record(rollout: Explained): void;
  /** The coordinator is away, or back. */
  connection(isThere: boolean): void;
  end(rollout: Explained): void;
}

export function rolloutView(globals: Globals): RolloutView {
  if (globals.json) return new JsonView();
  return process.stdout.isTTY ? new LiveView() : new PlainView();
}

const tellConnection = (isThere: boolean): void =>
  note(
    isThere ? 'The coordinator is back.' : 'The coordinator does not answer; the rollout is followed when it is back.',
  );

/** One event per line, nothing else. */
class JsonView implements RolloutView {
  event(event: OutriderEvent): void {
    printJson(event);
  }
  record(): void {
    // Everything is in the events.
  }
  connection(isThere: boolean): void {
    tellConnection(isThere);
  }
  end(): void {
    // The last event has said it.
  }
}

class PlainView implements RolloutView {
  /** By host and app. */
  private readonly last = new Map<string, string>();
  private readonly several = new SeveralApps();

  /** A host tells of its own steps too; once is enough. */
  event(event: OutriderEvent): void {
    const { host = '', app, type } = event;
    const place = placeKey(host, app);
    const isStep = type.startsWith('rollout.host.');
    const isKnown = isStep && this.last.get(place) === type;
    if (isStep) this.last.set(place, type);
    const withApp = this.several.has(event);
    if (!isKnown) print(eventLine(event, withApp));
  }
  record(): void {
    // Events are enough where nothing is redrawn.
  }
  connection(isThere: boolean): void {
    tellConnection(isThere);
  }
  end(rollout: Explained): void {
    print(endText(rollout));
  }
}

const FRAMES = ['-', '\\', '|', '/'];
const REDRAW_MS = 250;

/** Redraws in place; what stays of interest (failures) is printed above. */
class LiveView implements RolloutView {
  private rollout: Explained | undefined;
  private drawn = 0;
  private frame = 0;
  private away = false;
  /** What is known of the end is printed below. */
  private over = false;
  private readonly several = new SeveralApps();
  /** Of each gate: the numbers of its last verdict. */
  private readonly samples = new Map<string, string>();
  private readonly timer: NodeJS.Timeout;

  constructor() {
    this.timer = setInterval(() => this.draw(), REDRAW_MS);
    this.timer.unref();
  }

  event(event: OutriderEvent): void {
    const { rollout } = this;
    const withApp = this.several.has(event);
    if (rollout !== undefined && event.host !== undefined) this.rollout = withHost(rollout, event);
    const sample = sampleOf(event);
    if (sample !== undefined) this.samples.set(...sample);
    if (/failed|rolling_back|paused|resumed|stuck/.test(event.type)) {
      this.erase();
      print(eventLine(event, withApp));
    }
    this.draw();
  }

  record(rollout: Explained): void {
    this.rollout = rollout;
    this.draw();
  }

  connection(isThere: boolean): void {
    this.away = !isThere;
    this.draw();
  }

  end(rollout: Explained): void {
    clearInterval(this.timer);
    this.over = true;
    this.rollout = rollout;
    this.draw();
    print(endText(rollout));
  }

  private erase(): void {
    if (this.drawn > 0) process.stdout.write(`\u001b[${this.drawn}A\u001b[J`);
    this.drawn = 0;
  }

  private draw(): void {
    const { rollout } = this;
    if (rollout === undefined) return;
    this.frame = (this.frame + 1) % FRAMES.length;
    const ended = hasEnded(rollout.phase);
    const seconds = Math.round(((rollout.endedAt ?? Date.now()) - rollout.startedAt) / 1000);
    const sign = ended ? ' ' : (FRAMES[this.frame] ?? '');
    const rows = rollout.hosts.map((host) => [
      '  ',
      ...placeColumns(host),
      stepsOf(host),
      `${painted(host.state)}${sinceText(host)}`,
      harmless(host.reason ?? ''),
    ]);
    const away = this.away ? ' (the coordinator does not answer)' : '';
    const head = `${sign} ${rollout.id}  ${appsIn(rollout.app).length > 1 ? `${rollout.app} ` : ''}${withVersionsApart(rollout.version, versionsApart(rollout))}  ${rollout.phase}${rollout.paused ? ', paused' : ''}  ${seconds} s${away}`;
    const width = process.stdout.columns;
    const lines = [
      head,
      ...hookRows(rollout),
      ...table(rows).split('\n'),
      ...gateRows(rollout, this.samples),
      ...(this.over ? [] : culpritRows(rollout)),
    ]
      .map((line) => (width > 0 ? cut(line, width - 1) : line))
      // What has scrolled away can't be drawn over.
      .slice(0, Math.max(4, process.stdout.rows - 2));
    this.erase();
    process.stdout.write(`${lines.join('\n')}\n`);
    this.drawn = lines.length;
  }
}

/** The state that an event speaks of, before the record is read again. */
function withHost(rollout: Explained, event: OutriderEvent): Explained {
  const state = /^rollout\.host\.(\w+)$/.exec(event.type)?.[1];
  if (state === undefined) return rollout;
  const hosts = rollout.hosts.map((host) =>
    host.host === event.host && (host.app === undefined || host.app === event.app)
      ? { ...host, state: state as typeof host.state }
      : host,
  );
  return { ...rollout, hosts };
}

/** Host, and app where there are several, as columns of a table. */
export const placeColumns = ({ host, app }: Pick<RolloutHost, 'host' | 'app'>): readonly string[] =>
  app === undefined ? [host] : [host, app];

const COLOUR = {
  committed: 'green',
  trial: 'blue',
  reverting: 'yellow',
  reverted: 'yellow',
  failed: 'red',
  unreachable: 'red',
} as const;

/** Those that run now. */
const hookRows = ({ hookRuns = [] }: Rollout): readonly string[] =>
  hookRuns
    .filter(({ state }) => state === 'running')
    .map(({ hook, host, undo }) => {
      const where = host === undefined ? '' : ` on ${host}`;
      return `  hook ${undo === true ? 'undo of ' : ''}${hook}${where}`;
    });

const painted = (state: string): string => {
  const colour = (COLOUR as Readonly<Record<string, (typeof COLOUR)[keyof typeof COLOUR]>>)[state];
  return colour === undefined ? state : paint(state, colour);
};

export function endText(rollout: Explained): string {
  const { culprit } = rollout;
  if (culprit === undefined) return rollout.explained;
  const log =
    culprit.log.length === 0 ? [] : ['Its last lines:', ...culprit.log.map((line) => `  | ${harmless(line)}`)];
  const instance = culprit.instance === undefined ? '' : `.${culprit.instance}`;
  const whose = culprit.app === undefined ? '' : ` of ${culprit.app}`;
  const who = culprit.agent === '' ? culprit.host : `${culprit.agent}${instance}${whose} on ${culprit.host}`;
  // Gates say themselves whom they mean.
  const cause = [who, `${culprit.agent} on ${culprit.host}`].find((name) => culprit.cause.startsWith(`${name}: `));
  const said = cause === undefined ? `${who}: ${culprit.cause}` : culprit.cause;
  return [rollout.explained, `Cause: ${said}`, ...log].join('\n');
}
