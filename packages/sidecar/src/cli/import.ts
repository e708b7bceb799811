/** `sidecar import FILE`: what another process manager runs, as an agents.yaml. Changes nothing but the file it is told to write. */
import { existsSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { isName, NAME_RULE } from '@outrider/shared/domain/name.js';
import { messageOf, OutriderError } from '@outrider/shared/runtime/errors.js';
import { globalsOf, withGlobals } from './globals.js';
import type { Kind } from './import/detect.js';
import type { Fitted } from './import/fit.js';
import { show } from './output.js';

interface ImportOptions {
  readonly from?: Kind;
  readonly output?: string;
  readonly force?: true;
  readonly app?: string;
  readonly env?: string;
}

const EXAMPLES = `
Examples:
  sidecar import ecosystem.config.js --env production --output agents.yaml
  sidecar import /etc/supervisor/supervisord.conf --app crawlers
  sidecar import Procfile
  sidecar import compose.yaml --json
  sidecar import services.txt --from procfile

An ecosystem.config.js is a program and is run. Exit codes: 0 it can be released · 2 it cannot be read ·
30 it is written, and a person must finish it first.`;

/** Answered, and the answer is not good yet. */
const UNFINISHED = 30;

export function importCommand(program: Command): void {
  const command = withGlobals(
    program.command('import').description('an agents.yaml from a PM2, supervisord, Procfile or Docker Compose file'),
  );
  command
    .argument('<file>', 'the file to read; its folder is taken as the root of the release')
    .addOption(
      new Option('--from <kind>', 'what it is; default: told by its name and content').choices([
        'pm2',
        'supervisord',
        'procfile',
        'compose',
      ]),
    )
    .option('--output <file>', 'write there; default: standard output')
    .option('--force', 'write over a file that is there')
    .option('--app <name>', 'name of the app', appOption)
    .option('--env <name>', 'of a PM2 file: take env_NAME')
    .addHelpText('after', EXAMPLES)
    .action(async (file: string, options: ImportOptions) => {
      const fitted = await imported(file, options);
      const { output } = options;
      if (output !== undefined) write(output, fitted.text, options.force === true);
      show(globalsOf(command), documentOf(fitted, output), () =>
        output === undefined ? fitted.text.trimEnd() : `${output}: ${counted(fitted)}`,
      );
      if (fitted.problems.length === 0) return;
      process.stderr.write(`Error: ${unfinished(fitted)}\n`);
      process.exitCode = UNFINISHED;
    });
}

function appOption(name: string): string {
  if (!isName(name)) throw new InvalidArgumentError(`Expected is ${NAME_RULE}.`);
  return name;
}

async function imported(file: string, { from, env, app }: ImportOptions): Promise<Fitted> {
  const [{ openSource }, { readImported }, { fit }, { compileAgentsYaml }] = await Promise.all([
    import('./import/source.js'),
    import('./import/detect.js'),
    import('./import/fit.js'),
    import('@outrider/shared/release/agents-yaml.js'),
  ]);
  const found = await readImported(openSource(file), { kind: from, environment: env });
  return fit({ ...found, ...(app === undefined ? {} : { app }) }, basename(file), (text) => compileAgentsYaml(text));
}

function write(file: string, text: string, force: boolean): void {
  if (!force && existsSync(file))
    throw new OutriderError('invalid', `${file} is there already; --force writes over it.`);
  try {
    writeFileSync(file, text, { flag: force ? 'w' : 'wx' });
  } catch (error) {
    throw new OutriderError('invalid', `${file} cannot be written: ${messageOf(error)}.`, { cause: error });
  }
}

/** `file`: where the agents.yaml was written. */
function documentOf({ app, agents, leftOut, notes, problems }: Fitted, file: string | undefined): object {
  const named = (all: Fitted['agents']): object =>
    Object.fromEntries(all.map(({ name, settings }) => [name, settings]));
  return {
    ...(file === undefined ? {} : { file }),
    ...(app === undefined ? {} : { app }),
    agents: named(agents),
    left_out: named(leftOut),
    notes: [
      ...notes,
      ...[...agents, ...leftOut].flatMap(({ name, notes: own }) => own.map((note) => ({ agent: name, ...note }))),
    ],
    problems: problems.map(({ line, sentence }) => ({ line, sentence })),
  };
}

function counted({ agents, leftOut, notes }: Fitted): string {
  const count = [...agents, ...leftOut].reduce((sum, agent) => sum + agent.notes.length, notes.length);
  const left = leftOut.length === 0 ? '' : `, ${leftOut.length} left out for want of a command`;
  return `${agents.length} agent${agents.length === 1 ? '' : 's'}${left}, ${count} comment${count === 1 ? '' : 's'} to read.`;
}

function unfinished({ agents, leftOut, problems }: Fitted): string {
  if (agents.length === 0 && leftOut.length > 0) {
    return `No agent has a command: write one for ${leftOut.map(({ name }) => name).join(', ')}.`;
  }
  return `The result is not accepted yet: ${problems.map(({ line, sentence }) => `line ${String(line)}: ${sentence}`).join(' ')}`;
}
