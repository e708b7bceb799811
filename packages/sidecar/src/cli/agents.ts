/** `sidecar start|stop|restart AGENT...|--all`: agents of this host, by the sidecar that holds them. */
import type { Command } from 'commander';
import { OutriderError } from '@outrider/shared/runtime/errors.js';
import { globalsOf, show, withGlobals, withSidecar, whoami } from './globals.js';
import { instanceTable } from './status.js';

const VERBS = {
  start: 'start agents that were stopped, in dependency order',
  stop: 'stop agents until they are started again, in reverse dependency order',
  restart: 'stop and start agents, in dependency order',
} as const;

/** Stopping is as patient as the agents' own grace periods. */
const CONTROL_MS = 10 * 60_000;

export function agentCommands(program: Command): void {
  for (const [action, description] of Object.entries(VERBS)) {
    const command = withGlobals(program.command(action).description(description));
    command
      .argument('[agents...]', 'names of agents')
      .option('--all', 'every agent of this host')
      .action(async (agents: readonly string[], options: { readonly all?: true }) => {
        if ((agents.length === 0) === (options.all === undefined)) {
          throw new OutriderError('invalid', `Name the agents to ${action}, or say --all.`);
        }
        const globals = globalsOf(command);
        const { readInstanceStatus } = await import('@outrider/shared/rpc/codec.js');
        const request = { agents: [...agents], action, by: whoami() };
        const limits = { timeoutMs: globals.timeoutMs ?? CONTROL_MS };
        const { instances } = await withSidecar(globals, (remote) => remote.ControlAgent(request, limits));
        const known = instances.map(readInstanceStatus);
        show(globals, known, () => (known.length === 0 ? 'There are no agents here.' : instanceTable(known)));
      });
  }
}
