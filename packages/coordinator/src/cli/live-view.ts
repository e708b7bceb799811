/** A rollout on a terminal: a block that is drawn again in place; what stays of interest (failures) goes above it. */
import type { OutriderEvent } from '@outrider/shared/domain/event.js';
import { endText } from './end-text.js';
import { eventLine } from './event-line.js';
import { RedrawnBlock, STANDARD_OUTPUT, type Terminal } from './redrawn-block.js';
import { blockOf } from './rollout-block.js';
import { sampleOf } from './rollout-parts.js';
import type { Explained, RolloutView } from './rollout-view.js';
import { SeveralApps } from './several-apps.js';

const REDRAW_MS = 250;
const STAYS = /failed|rolling_back|paused|resumed|stuck/;

export class LiveView implements RolloutView {
  private rollout: Explained | undefined;
  private frame = 0;
  private away = false;
  private over = false;
  private left = false;
  private readonly block: RedrawnBlock;
  private readonly several = new SeveralApps();
  private readonly samples = new Map<string, string>();
  private readonly timer: NodeJS.Timeout;
  private readonly redraw = (): void => this.draw();

  constructor(private readonly terminal: Terminal = STANDARD_OUTPUT) {
    this.block = new RedrawnBlock(terminal);
    this.timer = setInterval(this.redraw, REDRAW_MS);
    this.timer.unref();
    process.stdout.on('resize', this.redraw);
  }

  event(event: OutriderEvent): void {
    const { rollout } = this;
    const withApp = this.several.has(event);
    if (rollout !== undefined && event.host !== undefined) this.rollout = withHost(rollout, event);
    const sample = sampleOf(event);
    if (sample !== undefined) this.samples.set(...sample);
    this.draw(STAYS.test(event.type) ? eventLine(event, withApp) : '');
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
    this.over = true;
    this.rollout = rollout;
    this.draw();
    this.leave();
    this.terminal.write(`${endText(rollout)}\n`);
  }

  leave(): void {
    this.left = true;
    clearInterval(this.timer);
    process.stdout.off('resize', this.redraw);
    this.block.leave();
  }

  private draw(above = ''): void {
    if (this.left) return;
    const { rollout, samples, away, over } = this;
    this.frame += 1;
    const look = { ...this.terminal.size(), samples, away, over, frame: this.frame, now: Date.now() };
    const lines = rollout === undefined ? [] : blockOf(rollout, look);
    if (lines.length > 0 || above !== '') this.block.draw(lines, above);
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
