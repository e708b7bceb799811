/**
 * What the commands say of themselves, as data: the one source of `--help`, of the manual pages and of docs/cli.md.
 * Walks the tree of commands, so that a verb that is new has its page.
 */
import type { EventEmitter } from 'node:events';
import type { Command, Option } from 'commander';

export interface VerbPage {
  /** `coordinator release push` */
  readonly path: readonly string[];
  readonly description: string;
  /** `<from> [options]` */
  readonly usage: string;
  readonly arguments: readonly Described[];
  /** By the headings of the help, in its order. */
  readonly options: readonly { readonly heading: string; readonly all: readonly Described[] }[];
  /** What follows in the help: prose, examples, exit codes. */
  readonly more: string;
  readonly verbs: readonly Described[];
}

export interface Described {
  readonly term: string;
  readonly description: string;
}

/** The program first, then each verb with those below it. */
export function verbPages(program: Command): readonly VerbPage[] {
  const verbs = program.createHelp().visibleCommands(program);
  return [pageOf(program), ...verbs.filter((verb) => verb.name() !== 'help').flatMap(verbPages)];
}

function pageOf(command: Command): VerbPage {
  const help = command.createHelp();
  const verbs = help.visibleCommands(command).filter((verb) => verb.name() !== 'help');
  return {
    path: pathOf(command),
    description: command.description(),
    usage: command.usage(),
    arguments: help.visibleArguments(command).map((one) => ({
      term: help.argumentTerm(one),
      description: help.argumentDescription(one),
    })),
    options: groupsOf(help.visibleOptions(command)).map(([heading, options]) => ({
      heading,
      all: options.map((one) => ({ term: help.optionTerm(one), description: help.optionDescription(one) })),
    })),
    more: moreOf(command),
    verbs: verbs.map((verb) => ({ term: verb.name(), description: verb.description() })),
  };
}

const pathOf = (command: Command): readonly string[] =>
  command.parent === null ? [command.name()] : [...pathOf(command.parent), command.name()];

/** As the library groups them: a heading of its own comes last. */
function groupsOf(options: readonly Option[]): readonly (readonly [string, readonly Option[]])[] {
  const groups = new Map<string, Option[]>();
  for (const option of options) {
    const heading = (option.helpGroupHeading ?? 'Options:').replace(/:$/, '');
    groups.set(heading, [...(groups.get(heading) ?? []), option]);
  }
  return [...groups].sort(([a], [b]) => Number(a !== 'Options') - Number(b !== 'Options'));
}

/** The library keeps what was added to the help as listeners only. */
function moreOf(command: Command): string {
  let text = '';
  const write = (piece: string): void => void (text += piece);
  (command as unknown as EventEmitter).emit('afterHelp', { error: false, command, write });
  return text.replace(/^\n+|\s+$/g, '');
}
