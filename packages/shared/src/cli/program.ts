/**
 * The frame around a program's verbs: errors become one sentence on standard error and an exit code of
 * docs/operations.md. Standard output belongs to the verbs alone. Never shows a stack trace, unless `--debug`.
 */
import { readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { endQuietlyWithoutReader, sayError, sayFailure, wantsTraces } from './failure.js';

/** Wrong usage. */
const USAGE = 2;

/** A program without verbs yet: with its name, `--version` of its package and help on errors of usage. */
export function newProgram(name: string, description: string, packageJson: URL): Command {
  return new Command(name)
    .description(description)
    .version(versionOf(packageJson), '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print help')
    .showSuggestionAfterError(true)
    .configureHelp({ sortSubcommands: false, showGlobalOptions: true });
}

export function versionOf(packageJson: URL): string {
  return (JSON.parse(readFileSync(packageJson, 'utf8')) as { version: string }).version;
}

/**
 * Runs one invocation and sets `process.exitCode`: that of the verb (which may set it itself), else 0; 2 for wrong
 * usage; for errors what docs/operations.md says. Never rejects.
 */
export async function runProgram(
  build: () => Command | Promise<Command>,
  argv: readonly string[] = process.argv,
): Promise<void> {
  endQuietlyWithoutReader();
  try {
    const program = await build();
    everyCommand(program, (command) => command.exitOverride().configureOutput({ outputError: () => undefined }));
    await program.parseAsync([...argv.slice(0, 2), ...upToUnknownVerb(program, argv.slice(2))]);
  } catch (error) {
    process.exitCode = report(error, wantsTraces(argv));
  }
}

/**
 * A verb that there is not is what is wrong, whatever follows it: without this, `rolout --version 2` would print
 * the version of the program and be a success.
 */
function upToUnknownVerb(program: Command, words: readonly string[]): readonly string[] {
  let index = 0;
  for (let word = words[0]; word?.startsWith('-') === true; word = words[(index += 1)]) {
    const option = program.options.find(({ long, short }) => long === word || short === word);
    if (option?.required === true) index += 1;
  }
  const verb = words[index];
  const known = program.commands.some((command) => command.name() === verb || command.aliases().includes(verb ?? ''));
  return verb === undefined || known || verb === 'help' ? words : [verb];
}

/** Writes the sentence; returns the exit code. */
export function report(error: unknown, debug: boolean): number {
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return 0;
    // Help that was shown because no verb was given has said it all.
    if (error.code !== 'commander.help') sayError(usageSentence(error.message));
    return USAGE;
  }
  return sayFailure(error, debug);
}

/** commander: `error: unknown option '--jsn'\n(Did you mean --json?)` */
function usageSentence(message: string): string {
  const [first = '', ...rest] = message.replace(/^error: /, '').split('\n');
  const hint = rest.join(' ').replace(/^\s*\(|\)\s*$/g, '');
  const sentence = `${first.charAt(0).toUpperCase()}${first.slice(1)}`.replace(/[.?]?$/, (end) => end || '.');
  return `${sentence}${hint === '' ? ' See --help.' : ` ${hint}`}`;
}

function everyCommand(command: Command, act: (command: Command) => unknown): void {
  act(command);
  for (const child of command.commands) everyCommand(child, act);
}
