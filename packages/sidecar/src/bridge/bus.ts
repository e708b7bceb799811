/**
 * The bus: one endpoint for each incarnation, so that nobody can speak for another, and one for programs that are
 * no agents. Frames are parsed, counted and handed on; nothing here decides what they mean.
 */
import { createHash } from 'node:crypto';
import { chmodSync, chownSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { removeFile } from '@outrider/shared/runtime/special-file.js';
import type { BusEndpoints } from '../supervise/ports.js';
import { ErrorTurns } from './error-turns.js';
import { type BusFrame, type ErrorFrame, type MetricFrame, parseFrame, type Refusal } from './frame.js';
import { type Mouth, openMouth } from './mouth.js';

export interface BusSpeaker {
  readonly app: string;
  readonly agent: string;
  readonly instance: number;
  /** '' for programs that are no agents. */
  readonly incarnation: string;
}

/** Who is speaking where no agent is. */
export const EXTERNAL: BusSpeaker = { app: '', agent: 'external', instance: 0, incarnation: '' };

export interface BusListener {
  /** Every well-formed frame, of agents alone. */
  heard(
    speaker: BusSpeaker,
    message: { readonly kind: 'beat' | 'other'; readonly seq?: number; readonly busy?: boolean },
  ): void;
  extend(speaker: BusSpeaker, ms: number): void;
  /** `told` false: too many of this agent's errors came at once; this one is only counted. */
  error(speaker: BusSpeaker, error: ErrorFrame, told: boolean, untold: number): void;
  /** So many errors of this agent were only counted, and no other came after them. */
  untold(speaker: BusSpeaker, count: number): void;
  /** False: the speaker has too many names, or the name is another kind elsewhere. */
  metric(speaker: BusSpeaker, metric: MetricFrame): boolean;
  counted(result: 'accepted' | 'metric_refused' | 'fault' | Refusal): void;
  /** A frame that we failed at, by a bug of ours; the next ones are heard. */
  fault(speaker: BusSpeaker, error: unknown): void;
}

export interface Bus extends BusEndpoints {
  /** Opens RUN_DIR/bus. */
  openExternal(): void;
  /** Removes what endpoints of incarnations that are no more have left behind. */
  sweep(): void;
  closeAll(): void;
}

export interface BusOptions {
  readonly runDir: string;
  readonly listener: BusListener;
  /** Milliseconds that never jump. */
  readonly monotonic: () => number;
}

export const createBus = (options: BusOptions): Bus => new ZeroMqBus(options);

class ZeroMqBus implements Bus {
  readonly prefix: string;
  private readonly folder: string;
  private readonly mouths = new Map<string, Mouth>();
  private external: Mouth | undefined;
  private readonly turns: ErrorTurns;

  constructor(private readonly options: BusOptions) {
    const { listener, monotonic } = options;
    this.turns = new ErrorTurns(monotonic, (speaker, count) => listener.untold(speaker, count));
    this.folder = join(options.runDir, 'bus.d');
    this.prefix = `ipc://${this.folder}/`;
    // Agents of other users get to their own endpoint, and see no other's name.
    mkdirSync(this.folder, { recursive: true, mode: 0o711 });
    chmodSync(this.folder, 0o711);
  }

  open(speaker: BusSpeaker, owner?: { readonly uid: number; readonly gid: number }): string {
    const existing = this.mouths.get(speaker.incarnation);
    if (existing !== undefined) return existing.url;
    const path = join(this.folder, fileOf(speaker.incarnation));
    const mouth = openMouth(path, this.ear(speaker));
    this.mouths.set(speaker.incarnation, mouth);
    chmodSync(path, 0o600);
    if (owner !== undefined) chownSync(path, owner.uid, owner.gid);
    return mouth.url;
  }

  close(incarnation: string): void {
    this.mouths.get(incarnation)?.close();
    this.mouths.delete(incarnation);
  }

  openExternal(): void {
    this.external ??= openMouth(join(this.options.runDir, 'bus'), this.ear(EXTERNAL));
  }

  sweep(): void {
    const open = new Set([...this.mouths.keys()].map(fileOf));
    for (const name of readdirSync(this.folder)) {
      if (!open.has(name)) removeFile(join(this.folder, name));
    }
  }

  closeAll(): void {
    this.turns.close();
    this.external?.close();
    this.external = undefined;
    for (const incarnation of [...this.mouths.keys()]) this.close(incarnation);
  }

  private ear(speaker: BusSpeaker): (parts: readonly Uint8Array[]) => void {
    const { listener } = this.options;
    return (parts) => {
      const parsed = parseFrame(parts);
      if (!parsed.ok) {
        listener.counted(parsed.refusal);
        return;
      }
      try {
        this.take(speaker, parsed.frame);
      } catch (error) {
        // No agent can end the sidecar by what it says.
        listener.counted('fault');
        listener.fault(speaker, error);
      }
    };
  }

  private take(speaker: BusSpeaker, frame: BusFrame): void {
    const { listener } = this.options;
    if (frame.type === 'metric' && !listener.metric(speaker, frame)) listener.counted('metric_refused');
    else listener.counted('accepted');
    if (frame.type === 'error') {
      const { told, untold } = this.turns.ask(speaker);
      listener.error(speaker, frame, told, untold);
    }
    if (speaker.incarnation === '') return;
    if (frame.type === 'beat') {
      const { type: _type, ...rest } = frame;
      listener.heard(speaker, { kind: 'beat', ...rest });
    } else listener.heard(speaker, { kind: 'other' });
    if (frame.type === 'extend') listener.extend(speaker, frame.ms);
  }
}

/** The same for the same incarnation after a restart, short whatever the incarnation is called. */
const fileOf = (incarnation: string): string => createHash('sha256').update(incarnation).digest('hex').slice(0, 16);
