/** In which order the agents of a host are shown, and what stands beside their names then. */
import type { Agent } from './messages.js';
import { percent, shortBytes } from './words.js';

export const ORDERINGS = ['name', 'CPU', 'memory', 'restarts'] as const;
export type Ordering = (typeof ORDERINGS)[number];

export interface Figure {
  readonly value: (agent: Agent) => number | null;
  readonly words: (agent: Agent) => string;
  /** What a bar over the whole tile stands for; absent: the highest of the fleet. */
  readonly whole?: number;
}

/** By name there is none. */
export const FIGURES: { readonly [O in Ordering]?: Figure } = {
  CPU: { value: ({ cpu }) => cpu, words: ({ cpu }) => percent(cpu), whole: 100 },
  memory: { value: ({ memory }) => memory, words: ({ memory }) => (memory === null ? '–' : shortBytes(memory)) },
  restarts: { value: ({ restarts }) => restarts, words: ({ restarts }) => `${restarts}` },
};

/** The highest first, and those of one figure by name. */
export function inOrder(agents: readonly Agent[], ordering: Ordering): readonly Agent[] {
  const value = FIGURES[ordering]?.value ?? (() => 0);
  return [...agents].sort((a, b) => (value(b) ?? -1) - (value(a) ?? -1) || byName(a, b));
}

const byName = (a: Agent, b: Agent): number =>
  compare(a.app, b.app) || compare(a.agent, b.agent) || a.instance - b.instance;
const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
