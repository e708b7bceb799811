/** Finds the host spec that a host was given: in Redis, else on the host itself. */
import type { HostSpec, ReleaseRef } from '@outrider/shared/domain/release.js';
import { sha256 } from '@outrider/shared/runtime/digest.js';
import { OutriderError } from '@outrider/shared/runtime/errors.js';
import type { AskSpec, SpecStore } from './ports.js';

export interface SpecSources {
  readonly specs: SpecStore;
  /** Absent: no host is asked. */
  readonly askSpec?: AskSpec;
}

const WITHIN_MS = 5_000;

/** The spec, or a sentence that says why nobody has it. */
export async function knownSpec(
  host: string,
  app: string,
  { version, specDigest }: ReleaseRef,
  { specs, askSpec }: SpecSources,
): Promise<HostSpec | string> {
  const stored = await specs.loadSpec(specDigest).catch(unlessOurs);
  const text = stored ?? (await askSpec?.(host, app, specDigest, WITHIN_MS).catch(unlessOurs));
  if (text !== undefined && sha256(text) === specDigest) return JSON.parse(text) as HostSpec;
  return (
    `What ${host} runs of ${app} ${version} is not known any more, and the host did not tell. ` +
    'Try again when it is up, or bring all agents to one release: leave out --agents.'
  );
}

function unlessOurs(error: unknown): undefined {
  if (!(error instanceof OutriderError)) throw error;
  return undefined;
}
