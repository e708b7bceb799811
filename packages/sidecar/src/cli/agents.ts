/** `sidecar start|stop|restart AGENT...|--all`: agents of this host, by the sidecar that holds them. */
import type { Command } from 'commander';
import { OutriderError } from '@outrider/shared/runtime/errors.js';
import { globalsOf, withGlobals } from './globals.js';
import { orderAgents } from './order-agents.js';
import { show, whoami } from './output.js';
import { instanceTable } from './status-text.js';
import { withSidecar } from './with-sidecar.js';

const VERBS = {
  start: ['start agents that were stopped or have failed, at once; --all: in dependency order', 'start vision'],
  stop: ['stop agents until they are started again; --all: in reverse dependency order', 'stop --all'],
  restart: ['stop and start agents; --all: in dependency order', 'restart --app assistants --all'],
} as const;

interface AgentOptions {
  readonly all?: true;
  readonly app?: string;
}

export function agentCommands(program: Command): void {
  for (const action of Object.keys(VERBS) as (keyof typeof VERBS)[]) {
    const [description, example] = VERBS[action];
    const command = withGlobals(program.command(action).description(description));
    command
      .argument('[agents...]', 'names of agents')
      .option('--all', 'every agent of this host')
      .option('--app <name>', 'only agents of this app')
      .addHelpText(
        'after',
        `\nExamples:\n  sidecar ${example}\n  sidecar ${action} vision memory --timeout 2m\n${CTRL_C}`,
      )
      .action(async (agents: readonly string[], { all, app = '' }: AgentOptions) => {
        if ((agents.length === 0) === (all === undefined)) {
          throw new OutriderError('invalid', `Name the agents to ${action}, or say --all.`);
        }
        const globals = globalsOf(command);
        const order = { app, agents, action, by: whoami() };
        const known = await withSidecar(globals, (sidecar) => orderAgents(sidecar, order, globals));
        show(globals, known, () => (known.length === 0 ? 'There are no agents here.' : instanceTable(known)));
      });
  }
}

const CTRL_C = '\nCtrl-C ends the waiting alone: the sidecar does what it was asked to.';
