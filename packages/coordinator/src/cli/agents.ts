/** `coordinator agents`: every instance; `coordinator agent start|stop|restart|scale`. */
import type { Command } from 'commander';
import type { InstanceStatus } from '@outrider/shared/domain/host.js';
import type { ControlAgentRequest } from '@outrider/shared/gen/outrider/v1/ControlAgentRequest.js';
import type { ScaledAgent__Output } from '@outrider/shared/gen/outrider/v1/ScaledAgent.js';
import { readInstanceStatus } from '@outrider/shared/rpc/codec.js';
import { OutriderError } from '@outrider/shared/runtime/errors.js';
import { nameOption, replicasArgument } from './arguments.js';
import { timeLimit, withCoordinator } from './connection.js';
import { type Globals, globalsOf, whoami, withGlobals } from './globals.js';
import { note, show } from './output.js';
import { table } from '@outrider/shared/cli/table.js';

export function agentsCommand(program: Command): void {
  const command = withGlobals(program.command('agents').description('every instance of every agent'));
  command
    .option('--host <name>', 'only of this host', nameOption)
    .action(async (options: { readonly host?: string }) => {
      const globals = globalsOf(command);
      const { instances, scaled } = await withCoordinator(globals, (remote) =>
        remote.Agents({ host: options.host ?? '' }, timeLimit(globals)),
      );
      showInstances(globals, instances.map(readInstanceStatus), scaled.map(scaledLine));
    });
}

export function agentCommand(program: Command): void {
  const agent = program.command('agent').description('start, stop, restart or scale agents').enablePositionalOptions();
  for (const [action, description] of [
    ['start', 'start agents that were stopped'],
    ['stop', 'stop agents; they stay stopped until they are started'],
    ['restart', 'stop agents and start them again'],
  ] as const) {
    const command = withGlobals(agent.command(action).description(description));
    command
      .argument('[agents...]', 'names of agents')
      .option('--all', 'every agent, in dependency order')
      .option('--host <name>', 'only on this host', nameOption)
      .option('--app <name>', 'only of this app', nameOption)
      .action(
        async (names: string[], options: { readonly all?: true; readonly host?: string; readonly app?: string }) => {
          await control(globalsOf(command), action, names, options);
        },
      );
  }
  scaleCommand(agent);
}

function scaleCommand(agent: Command): void {
  const command = withGlobals(
    agent.command('scale').description('run another number of instances of an agent, on each of its hosts'),
  );
  command
    .argument('<agent>', 'its name', nameOption)
    .argument('<replicas>', 'how many on each host', replicasArgument)
    .option('--host <name>', 'only on this host', nameOption)
    .option('--app <name>', 'the agent of this app', nameOption)
    .action(
      async (name: string, replicas: number, options: { readonly host?: string; readonly app?: string }) =>
        await order(globalsOf(command), {
          ...{ app: options.app ?? '', host: options.host ?? '', agents: [name], all: false },
          ...{ action: 'scale', replicas, by: whoami() },
        }),
    );
}

/** Stops take as long as the agents need; a question's 30 s would be too short. */
const CONTROL_WITHIN_MS = 15 * 60_000;

async function control(
  globals: Globals,
  action: string,
  names: readonly string[],
  options: { readonly all?: true; readonly host?: string; readonly app?: string },
): Promise<void> {
  if (names.length === 0 && options.all !== true) {
    throw new OutriderError('invalid', `Which agents? Name them, or say --all: coordinator agent ${action} AGENT...`);
  }
  if (names.length > 0 && options.all === true) {
    throw new OutriderError('invalid', 'Either names of agents or --all, not both.');
  }
  names.forEach(nameOption);
  const request = {
    app: options.app ?? '',
    host: options.host ?? '',
    agents: [...names],
    all: names.length === 0,
    action,
    by: whoami(),
  };
  await order(globals, request);
}

async function order(globals: Globals, request: ControlAgentRequest): Promise<void> {
  const { instances, skipped } = await withCoordinator(globals, (remote) =>
    remote.ControlAgent(request, { timeoutMs: globals.timeoutMs ?? CONTROL_WITHIN_MS }),
  );
  for (const sentence of skipped) note(sentence);
  showInstances(globals, instances.map(readInstanceStatus));
}

function scaledLine({ host, app, agent, replicas, order: by }: ScaledAgent__Output): string {
  if (by === null) return '';
  const why = by.reason === '' ? '' : `: ${by.reason}`;
  return `\n${host}  ${app}/${agent} scaled to ${replicas} (release says ${by.declared}) since ${by.since} by ${by.by}${why}`;
}

/** `below`: lines for people. */
function showInstances(globals: Globals, instances: readonly InstanceStatus[], below: readonly string[] = []): void {
  show(globals, instances, () =>
    instances.length === 0
      ? `No agent runs yet.${below.join('')}`
      : table(
          instances.map((one) => [
            one.host,
            `${one.app}/${one.agent}.${one.instance}`,
            one.version === '' ? '-' : one.version,
            one.state,
            one.ready ? 'yes' : 'no',
            one.pid === 0 ? '-' : String(one.pid),
            String(one.restarts),
            one.since,
            one.reason,
          ]),
          ['HOST', 'AGENT', 'VERSION', 'STATE', 'READY', 'PID', 'RESTARTS', 'SINCE', 'REASON'],
        ) + below.join(''),
  );
}
