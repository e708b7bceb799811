/** Asks all hosts of a plan at once whether they could run what is planned for them. */
import { canonicalJson } from '@outrider/shared/domain/canonical.js';
import type { SwitchStrategy } from '@outrider/shared/domain/host.js';
import { messageOf, OutriderError } from '@outrider/shared/runtime/errors.js';
import type { Finding } from '../rollout/findings.js';
import { keyOf, type Target } from '../rollout/plan-host.js';
import type { AskPreflight } from './ports.js';

/** A host that is well answers within milliseconds; whoever looks at a plan does not wait for one that is not. */
const WITHIN_MS = 5_000;

/** By host; of several apps by host and app. */
export async function preflight(
  targets: readonly Target[],
  manifestOf: (target: Target) => Uint8Array,
  strategy: SwitchStrategy,
  ask: AskPreflight,
): Promise<ReadonlyMap<string, Finding>> {
  const answers = await Promise.all(
    targets.map(async (target): Promise<readonly [string, Finding]> => {
      const { host, spec, to } = target;
      const hostSpec = Buffer.from(canonicalJson(spec));
      const source = { app: spec.app, release: to, manifest: manifestOf(target), hostSpec, strategy };
      return [keyOf(target), await findingOf(ask(host.name, source, WITHIN_MS))];
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
