/** Asks all hosts of a plan at once whether they could run what is planned for them. */
import { canonicalJson } from '@outrider/shared/domain/canonical.js';
import type { SwitchStrategy } from '@outrider/shared/domain/host.js';
import { messageOf, OutriderError } from '@outrider/shared/runtime/errors.js';
import type { Finding } from '../rollout/findings.js';
import { keyOf, type Target } from '../rollout/plan-host.js';
import type { AskPreflight } from './ports.js';

/** A host that is well answers within milliseconds; whoever looks at a plan does not wait for one that is not. */
const WITHIN_MS = 5_000;
/** Besides, for each file, folder and link, all of which a host looks at: what a busy one takes. */
const ENTRY_WITHIN_MS = 0.2;

export interface ManifestAsked {
  readonly bytes: Uint8Array;
  readonly entries: number;
}

/** By host; of several apps by host and app. */
export async function preflight(
  targets: readonly Target[],
  manifestOf: (target: Target) => ManifestAsked,
  strategy: SwitchStrategy,
  ask: AskPreflight,
): Promise<ReadonlyMap<string, Finding>> {
  const answers = await Promise.all(
    targets.map(async (target): Promise<readonly [string, Finding]> => {
      const { host, spec, to } = target;
      const hostSpec = Buffer.from(canonicalJson(spec));
      const { bytes, entries } = manifestOf(target);
      const source = { app: spec.app, release: to, manifest: bytes, hostSpec, strategy };
      const withinMs = WITHIN_MS + Math.ceil(entries * ENTRY_WITHIN_MS);
      return [keyOf(target), await findingOf(ask(host.name, source, withinMs))];
    }),
  );
  return new Map(answers);
}

async function findingOf(answer: ReturnType<AskPreflight>): Promise<Finding> {
  try {
    const report = await answer;
    return report === undefined ? { kind: 'too-old' } : { kind: 'said', report };
  } catch (error) {
    if (!(error instanceof OutriderError)) throw error;
    return { kind: 'silent', reason: messageOf(error) };
  }
}
