/** What the agents of a host are promised, against what the machine has. */
import type { HostSpec } from '@outrider/shared/domain/release.js';
import { formatSize } from '@outrider/shared/domain/size.js';

export interface Reserved {
  readonly memoryBytes: number;
  readonly cpus: number;
}

/** Of each app, what counts is the larger of what runs and what is to run. */
export function reservedBy(spec: HostSpec, others: readonly HostSpec[]): Reserved {
  const apps = [...new Set(others.map(({ app }) => app))];
  const largest = apps.map((app) => {
    const sums = others.filter((other) => other.app === app).map(sumOf);
    return {
      memoryBytes: Math.max(...sums.map(({ memoryBytes }) => memoryBytes)),
      cpus: Math.max(...sums.map(({ cpus }) => cpus)),
    };
  });
  return [sumOf(spec), ...largest].reduce(add);
}

/** Sentences on what is more than there is. Who reserves nothing asks for nothing. */
export function reservationProblems(spec: HostSpec, others: readonly HostSpec[], machine: Reserved): readonly string[] {
  const [own, all] = [sumOf(spec), reservedBy(spec, others)];
  const problems: string[] = [];
  if (own.memoryBytes > 0 && all.memoryBytes > machine.memoryBytes) {
    const [asked, there] = [formatSize(all.memoryBytes), mebibytes(machine.memoryBytes)];
    problems.push(sentence('memory', asked, there));
  }
  if (own.cpus > 0 && all.cpus > machine.cpus) problems.push(sentence('cpus', `${all.cpus}`, `${machine.cpus}`));
  return problems;
}

const sentence = (what: string, asked: string, there: string): string =>
  `resources.reservations.${what} of all agents of this host come to ${asked}, and the machine has ${there}. Reserve less, or move agents to other hosts.`;

const mebibytes = (bytes: number): string => `${Math.floor(bytes / 1024 ** 2)}M`;

function sumOf(spec: HostSpec): Reserved {
  return spec.agents
    .map(({ replicas, resources }) => ({
      memoryBytes: replicas * (resources?.reservations?.memoryBytes ?? 0),
      cpus: replicas * (resources?.reservations?.cpus ?? 0),
    }))
    .reduce(add, { memoryBytes: 0, cpus: 0 });
}

const add = (a: Reserved, b: Reserved): Reserved => ({
  memoryBytes: a.memoryBytes + b.memoryBytes,
  // Hundredths, so that ten times 0.1 is 1.
  cpus: Math.round((a.cpus + b.cpus) * 100) / 100,
});
