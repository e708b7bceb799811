/**
 * What one incarnation says by sd_notify: proves that it is the one who says it, hands it on to its checks and its
 * lifecycle, and keeps its last status. Decides nothing.
 */
import type { ProcessIdentity } from '../agent/identity.js';
import type { Credentials, NotifyMessage } from './ports.js';
import type { ProbeLoop } from './probe-loop.js';
import type { SupervisorParts } from './supervisor-parts.js';
import type { Told } from './told.js';

/** However often a note changes, it is told on at most so often. */
const NOTED_EVERY_MS = 1_000;

export interface NotificationsParts {
  readonly parts: Pick<SupervisorParts, 'clock' | 'notify' | 'processes'>;
  readonly incarnation: string;
  readonly identity: () => ProcessIdentity | undefined;
  /** Its checks, while they are asked. */
  readonly loop: () => ProbeLoop | undefined;
  readonly tell: (told: Told) => void;
  readonly noted: () => void;
}

export class Notifications {
  readonly #parts: NotificationsParts;
  #status = '';
  #note = '';
  #untold: (() => void) | undefined;

  constructor(parts: NotificationsParts) {
    this.#parts = parts;
  }

  /** In its own words; '' before it has said any. */
  get status(): string {
    return this.#status;
  }

  /** The path for NOTIFY_SOCKET; `owner`: whom the agent runs as. @throws OutriderError */
  open(owner: Credentials | undefined): string {
    return this.#parts.parts.notify.open(this.#parts.incarnation, (message) => this.#hear(message), owner);
  }

  close(): void {
    this.#untold?.();
    this.#untold = undefined;
    this.#parts.parts.notify.close(this.#parts.incarnation);
  }

  /** What its checks have to say while it is well. */
  note(text: string): void {
    if (text === this.#note) return;
    this.#note = text;
    this.#changed();
  }

  #hear(message: NotifyMessage): boolean {
    const { parts, incarnation, identity, loop, tell } = this.#parts;
    const known = identity();
    if (known === undefined || !parts.processes.owns(known, incarnation, message.pid)) return false;
    const { status, watchdog, extendMs } = message;
    if (status !== undefined && status !== this.#status) {
      this.#status = status;
      this.#changed();
    }
    if (extendMs !== undefined) tell({ kind: 'extended', incarnation, ms: extendMs });
    loop()?.heard();
    if (message.ready) {
      tell({ kind: 'said', incarnation, word: 'ready' });
      loop()?.notified('ready');
    }
    if (watchdog !== undefined) loop()?.notified(watchdog);
    if (message.stopping) {
      // First: what its checks say then is no fault any more.
      tell({ kind: 'said', incarnation, word: 'stopping' });
      loop()?.notified('stopping');
    }
    return true;
  }

  #changed(): void {
    this.#untold ??= this.#parts.parts.clock.after(NOTED_EVERY_MS, () => {
      this.#untold = undefined;
      this.#parts.noted();
    });
  }
}
