/** `sidecar start|stop|restart AGENT...|--all`, `sidecar scale AGENT N`: agents of this host, by the sidecar that holds them. */
import type { Command } from 'commander';
import { MOST_REPLICAS } from '@outrider/shared/domain/scaling.js';
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
  scaleCommand(program);
}

const SCALE_EXAMPLES = '\nExamples:\n  sidecar scale vision 3\n  sidecar scale vision 3 --app assistants\n';

function scaleCommand(program: Command): void {
  const command = withGlobals(program.command('scale').description('run another number of instances of an agent here'));
  command
    .argument('<agent>', 'its name')
    .argument('<replicas>', 'how many')
    .option('--app <name>', 'the agent of this app')
    .addHelpText('after', `${SCALE_EXAMPLES}${CTRL_C}`)
    .action(async (agent: string, given: string, { app = '' }: AgentOptions) => {
      const replicas = Number(given);
      if (!/^\d{1,4}$/.test(given) || replicas > MOST_REPLICAS) {
        throw new OutriderError('invalid', `How many must be a number from 0 to ${MOST_REPLICAS}, not "${given}".`);
      }
      const globals = globalsOf(command);
      const order = { app, agents: [agent], action: 'scale', replicas, by: whoami() } as const;
      const known = await withSidecar(globals, (sidecar) => orderAgents(sidecar, order, globals));
      show(globals, known, () => (known.length === 0 ? `No ${agent} runs here now.` : instanceTable(known)));
    });
}

const CTRL_C = '\nCtrl-C ends the waiting alone: the sidecar does what it was asked to.';
