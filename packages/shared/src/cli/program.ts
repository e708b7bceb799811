/**
 * The frame around a program's verbs: errors become one sentence on standard error and an exit code of
 * docs/operations.md. Standard output belongs to the verbs, and with `--json` to the error of one. Never shows a stack
 * trace, unless `--debug`.
 */
import { readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { closest, didYouMean } from '../runtime/suggest.js';
import { answerCompletion, COMPLETE } from './completion.js';
import { endQuietlyWithoutReader, sayError, sayFailure, wantsJson } from './failure.js';

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
    if (argv[2] === COMPLETE) {
      await answerCompletion(program, argv.slice(3));
      return;
    }
    everyCommand(program, (command) =>
      command.exitOverride((error) => refuse(command, error)).configureOutput({ outputError: () => undefined }),
    );
    await program.parseAsync([...argv.slice(0, 2), ...upToUnknownVerb(program, argv.slice(2))]);
  } catch (error) {
    process.exitCode = report(error, argv);
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

/** Where the library has no word for what was probably meant. */
function refuse(command: Command, error: CommanderError): never {
  const { code, message, exitCode } = error;
  const [word = ''] = command.args;
  if (code === 'commander.excessArguments' && command.commands.length > 0) {
    const verbs = command.createHelp().visibleCommands(command);
    const near = closest(
      word,
      verbs.map((verb) => verb.name()),
    );
    const hint = near === undefined ? '' : `\n(Did you mean ${near}?)`;
    throw new CommanderError(exitCode, 'commander.unknownCommand', `error: unknown command '${word}'${hint}`);
  }
  const flag = /^error: unknown option '(--[^=']+)[^']*'$/.exec(message)?.[1];
  const near = flag === undefined ? undefined : closest(flag, flagsOf(command));
  throw near === undefined || near === flag
    ? error
    : new CommanderError(exitCode, code, `${message}\n(Did you mean ${near}?)`);
}

const flagsOf = (command: Command): readonly string[] => [
  ...command.options.flatMap(({ long, hidden }) => (hidden ? [] : (long ?? []))),
  ...(command.parent === null ? [] : flagsOf(command.parent)),
];

/** Writes the sentence; returns the exit code. */
export function report(error: unknown, argv: readonly string[]): number {
  if (!(error instanceof CommanderError)) return sayFailure(error, argv);
  if (error.exitCode === 0) return 0;
  // Help that was shown because no verb was given has said it all, to people.
  if (error.code !== 'commander.help') sayError(usageSentence(error.message), argv);
  else if (wantsJson(argv)) sayError('A verb is missing. See --help.', argv);
  return USAGE;
}

/** commander: `error: unknown option '--jsn'\n(Did you mean --json?)` */
function usageSentence(message: string): string {
  const [first = '', ...rest] = message.replace(/^error: /, '').split('\n');
  const hint = rest.join(' ').replace(/^\s*\(|\)\s*$/g, '');
  const sentence = `${first.charAt(0).toUpperCase()}${first.slice(1)}`.replace(/[.?]?$/, (end) => end || '.');
  return `${sentence}${hint === '' ? (likelyValue(first) ?? ' See --help.') : ` ${hint}`}`;
}

/** commander: `option '--strategy <name>' argument 'rollin' is invalid. Allowed choices are rolling, canary.` */
function likelyValue(sentence: string): string | undefined {
  const [, word = '', choices = ''] = /'([^']*)' is invalid.* Allowed choices are (.+)\.$/.exec(sentence) ?? [];
  return choices === '' ? undefined : didYouMean(word, choices.split(', ')) || undefined;
}

function everyCommand(command: Command, act: (command: Command) => unknown): void {
  act(command);
  for (const child of command.commands) everyCommand(child, act);
}
