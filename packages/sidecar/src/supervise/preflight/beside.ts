/** Whether this machine has memory for what runs and for a whole new set of agents beside it. */
import { diffAgents } from '@outrider/shared/domain/agent-diff.js';
import type { HostStatus } from '@outrider/shared/domain/host.js';
import { memoryForBoth, newcomersOf } from '@outrider/shared/domain/memory-for-both.js';
import type { HostFacts } from '@outrider/shared/domain/preflight.js';
import type { HostSpec } from '@outrider/shared/domain/release.js';

export interface Beside {
  readonly problems: readonly string[];
  readonly notices: readonly string[];
  readonly facts: Pick<HostFacts, 'besideNeededBytes' | 'besideUsableBytes'>;
}

export function besideWhatRuns(
  spec: HostSpec,
  { apps, instances }: Pick<HostStatus, 'apps' | 'instances'>,
  machine: { readonly memoryBytes: number; readonly availableBytes: number },
): Beside {
  const runs = apps.find(({ app }) => app === spec.app)?.agents ?? [];
  const newcomers = newcomersOf(
    diffAgents(runs, spec.agents),
    spec.agents,
    instances.filter(({ app }) => app === spec.app),
  );
  const { fits, neededBytes, usableBytes, unknown } = memoryForBoth(newcomers, {
    ...{ memoryAvailableBytes: machine.availableBytes, memoryTotalBytes: machine.memoryBytes },
  });
  const refusal = `blue-green starts the new set beside the old one: that takes ${mebibytes(neededBytes)} of memory, and ${mebibytes(usableBytes)} of what is free may be used. Free memory, or take --strategy rolling.`;
  const guess = `blue-green: how much memory ${unknown.join(', ')} will use beside what runs is not known. A limit or a reservation under resources would tell.`;
  return {
    problems: fits ? [] : [refusal],
    notices: unknown.length === 0 ? [] : [guess],
    facts: { besideNeededBytes: neededBytes, besideUsableBytes: usableBytes },
  };
}

const mebibytes = (bytes: number): string => `${Math.ceil(bytes / 1024 ** 2)}M`;
