/** How a rollout is shown while it runs: as JSON, as event lines, or on a terminal as a block that is drawn again. */
import type { OutriderEvent } from '@outrider/shared/domain/event.js';
import { placeKey } from '@outrider/shared/domain/rollout-place.js';
import type { readRollout } from '@outrider/shared/rpc/codec.js';
import { endText } from './end-text.js';
import { eventLine } from './event-line.js';
import type { Globals } from './globals.js';
import { LiveView } from './live-view.js';
import { note, print, printJson } from './output.js';
import { SeveralApps } from './several-apps.js';

/** `answer`: to whoever has said something to it. */
export type Explained = ReturnType<typeof readRollout>;

export interface RolloutView {
  event(event: OutriderEvent): void;
  record(rollout: Explained): void;
  /** The coordinator is away, or back. */
  connection(isThere: boolean): void;
  end(rollout: Explained): void;
  /** Whoever looked on leaves; nothing is drawn after it. May be called after the end, and twice. */
  leave(): void;
}

export function rolloutView(globals: Globals): RolloutView {
  if (globals.json) return new JsonView();
  return process.stdout.isTTY && process.env['TERM'] !== 'dumb' ? new LiveView() : new PlainView();
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
  leave(): void {
    // Nothing is drawn.
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
  leave(): void {
    // Nothing is drawn.
  }
}
