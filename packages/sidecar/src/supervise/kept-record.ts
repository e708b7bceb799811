/** The record of one instance: written when told to, and again for as long as the disk refuses it. */
import { messageOf } from '@outrider/shared/runtime/errors.js';
import { type InstanceRecord, writeRecord } from './instance-record.js';
import type { LiveInstance } from './live-instance.js';
import type { Surroundings } from './surroundings.js';

const AGAIN_MS = 2_000;

export class KeptRecord {
  #problem: string | undefined;
  #cancel = (): void => undefined;

  /** `current`: the record as it is now. */
  constructor(
    private readonly around: Surroundings,
    private readonly live: LiveInstance,
    private readonly current: () => InstanceRecord,
  ) {}

  /** Why the next sidecar would know something older, in a sentence; undefined: it is written. */
  get problem(): string | undefined {
    return this.#problem;
  }

  /** @throws OutriderError with a sentence, where the disk refuses */
  write(): void {
    const { parts, turn } = this.around;
    this.#cancel();
    try {
      parts.records.write(this.live.key, writeRecord(this.current()));
    } catch (error) {
      this.#note(messageOf(error));
      this.#cancel = parts.clock.after(AGAIN_MS, () => turn(() => this.save()));
      throw error;
    }
    this.#note(undefined);
  }

  save(): void {
    try {
      this.write();
    } catch {
      // It is said by `problem`, and tried again.
    }
  }

  remove(): void {
    this.#cancel();
    this.around.parts.records.remove(this.live.key);
  }

  #note(problem: string | undefined): void {
    if (this.#problem === problem) return;
    if (this.#problem === undefined) this.around.parts.warn(`The record of ${this.live.key}: ${problem ?? ''}`);
    this.#problem = problem;
    this.around.changed(this.live);
  }
}

/** Sentences for a person: of which instances the next sidecar would not know how they are now. */
export function unrecordedProblems(
  lives: readonly { readonly key: string; readonly unrecorded: string | undefined }[],
): readonly string[] {
  const [first, ...others] = lives.flatMap(({ key, unrecorded }) =>
    unrecorded === undefined ? [] : { key, unrecorded },
  );
  if (first === undefined) return [];
  const more = others.length === 0 ? '' : ` So it is with ${others.length} more.`;
  return [
    `What is asked of ${first.key} can't be recorded, and a sidecar that is killed forgets it: ${first.unrecorded}${more}`,
  ];
}
