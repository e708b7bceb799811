/** Writes the tree of a release for a test. */
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Programs that misbehave on purpose, one fault each. */
export const FAULTS = fileURLToPath(new URL('../agents', import.meta.url));

export interface ReleaseTree {
  readonly app?: string;
  /** As in agents.yaml, or its whole text. */
  readonly agents: Readonly<Record<string, object>> | string;
  readonly gates?: readonly object[];
  readonly hooks?: Readonly<Record<string, object>>;
  readonly prepare?: Readonly<Record<string, object>>;
  /** Path to content; those that begin with `#!` are made executable. */
  readonly files?: Readonly<Record<string, string>>;
}

export function writeReleaseTree(folder: string, tree: ReleaseTree): void {
  const app = tree.app === undefined ? {} : { app: tree.app };
  const gates = tree.gates === undefined ? {} : { gates: tree.gates };
  const hooks = tree.hooks === undefined ? {} : { hooks: tree.hooks };
  const prepare = tree.prepare === undefined ? {} : { prepare: tree.prepare };
  const whole = { ...app, agents: tree.agents, ...gates, ...hooks, ...prepare };
  const text = typeof tree.agents === 'string' ? tree.agents : JSON.stringify(whole, null, 2);
  for (const [path, content] of Object.entries({ 'agents.yaml': text, ...tree.files })) {
    const file = join(folder, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
    if (content.startsWith('#!')) chmodSync(file, 0o755);
  }
}
