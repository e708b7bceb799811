/**
 * What may stand where the cursor is, told by the commands themselves, so that no verb has to be listed anywhere. Asks
 * for values that only the daemon knows where the name of an option or argument says what they are.
 */
import type { Argument, Command, Option } from 'commander';

export interface Candidate {
  readonly value: string;
  readonly description?: string;
}

/** Values that are not in the program: of which kind, and the command that is being typed. */
export type ValuesOf = (kind: ValueKind, words: readonly string[]) => Promise<readonly string[]>;

export interface Completion {
  readonly candidates: readonly Candidate[];
  /** Names of files may stand there too. */
  readonly files: boolean;
}

export type ValueKind = 'hosts' | 'agents' | 'apps' | 'versions' | 'rollouts';

/** By how options and arguments are called everywhere in both programs. */
const KINDS: Readonly<Record<string, ValueKind>> = {
  ...{ host: 'hosts', hosts: 'hosts', agent: 'agents', agents: 'agents', app: 'apps' },
  ...{ version: 'versions', to: 'versions', id: 'rollouts', rollout: 'rollouts' },
};
const FILES = new Set(['file', 'dir', 'from', 'path']);

/** `words`: after the name of the program, the one that is being typed last (often ''). */
export async function complete(
  program: Command,
  words: readonly string[],
  valuesOf: ValuesOf = () => Promise.resolve([]),
): Promise<Completion> {
  // bash takes `--strategy=ro` for three words.
  const typed = words.filter((word, index) => word !== '=' || index === words.length - 1);
  const current = typed.at(-1) === '=' ? '' : (typed.at(-1) ?? '');
  const place = placeOf(program, typed.slice(0, -1));
  const found = await candidatesAt(place, current, (kind) => valuesOf(kind, words));
  return { ...found, candidates: found.candidates.filter(({ value }) => value.startsWith(current)) };
}

interface Place {
  readonly command: Command;
  readonly operands: readonly string[];
  /** Its value comes next. */
  readonly pending: Option | undefined;
  readonly given: ReadonlySet<string>;
  /** After `--` there are no options. */
  readonly ended: boolean;
}

function placeOf(program: Command, words: readonly string[]): Place {
  let command = program;
  let operands: string[] = [];
  let pending: Option | undefined;
  let ended = false;
  const given = new Set<string>();
  for (const word of words) {
    if (pending !== undefined) pending = undefined;
    else if (!ended && word === '--') ended = true;
    else if (!ended && word.startsWith('-')) {
      const [flag = '', value] = word.split('=', 2);
      const option = optionsOf(command).find(({ long, short }) => long === flag || short === flag);
      given.add(option?.long ?? flag);
      if (option !== undefined && option.required && value === undefined) pending = option;
    } else {
      const verb = operands.length === 0 ? command.commands.find((child) => isCalled(child, word)) : undefined;
      if (verb === undefined) operands = [...operands, word];
      else command = verb;
    }
  }
  return { command, operands, pending, given, ended };
}

const isCalled = (command: Command, word: string): boolean =>
  command.name() === word || command.aliases().includes(word);

/** Its own, and those of the commands that it belongs to. */
function optionsOf(command: Command): readonly Option[] {
  const help = command.createHelp();
  const above = command.parent === null ? [] : optionsOf(command.parent);
  const own = help.visibleOptions(command);
  return [...own, ...above.filter(({ long }) => !own.some((option) => option.long === long))];
}

type Ask = (kind: ValueKind) => Promise<readonly string[]>;

async function candidatesAt(place: Place, current: string, ask: Ask): Promise<Completion> {
  const { command, operands, pending, given, ended } = place;
  if (pending !== undefined) return valuesAt(pending, current, ask);
  const [flag = '', value] = current.split('=', 2);
  if (!ended && value !== undefined && flag.startsWith('--')) {
    const option = optionsOf(command).find(({ long }) => long === flag);
    if (option === undefined) return { candidates: [], files: false };
    const found = await valuesAt(option, value, ask);
    return { candidates: found.candidates.map((one) => ({ ...one, value: `${flag}=${one.value}` })), files: false };
  }
  if (!ended && current.startsWith('-')) {
    const options = optionsOf(command).filter(({ long }) => long !== undefined && !given.has(long));
    return {
      candidates: options.map(({ long = '', description }) => ({ value: long, description })),
      files: false,
    };
  }
  const verbs = operands.length === 0 ? command.createHelp().visibleCommands(command) : [];
  const { registeredArguments: expected } = command;
  const last = expected.at(-1);
  const argument = expected[operands.length] ?? (last?.variadic === true ? last : undefined);
  const values = argument === undefined ? NOTHING : await valuesAt(argument, current, ask);
  const named = verbs.map((verb) => ({ value: verb.name(), description: verb.description() }));
  return {
    candidates: [...named, ...values.candidates.filter((one) => !operands.includes(one.value))],
    files: values.files,
  };
}

const NOTHING: Completion = { candidates: [], files: false };

async function valuesAt(asked: Option | Argument, current: string, ask: Ask): Promise<Completion> {
  const { argChoices } = asked;
  if (argChoices !== undefined) return { candidates: argChoices.map((value) => ({ value })), files: false };
  const isOption = 'flags' in asked;
  const metavar = isOption ? (/[<[]([^>\]]*)/.exec(asked.flags)?.[1] ?? '') : asked.name();
  if (FILES.has(metavar.replace(/\.\.\.$/, ''))) return { candidates: [], files: true };
  const kind = KINDS[isOption ? asked.attributeName() : metavar];
  if (kind === undefined) return NOTHING;
  const values = await ask(kind);
  if (!metavar.includes(',')) return { candidates: values.map((value) => ({ value })), files: false };
  // A list: what is named already is not named again.
  const before = current.slice(0, current.lastIndexOf(',') + 1);
  const named = before.split(',');
  const others = values.filter((value) => !named.includes(value));
  return { candidates: others.map((value) => ({ value: `${before}${value}` })), files: false };
}

/** What the scripts of completion.ts read: a line each, `:files` where names of files may stand there. */
export const completionLines = ({ candidates, files }: Completion): string =>
  [
    ...candidates.map(({ value, description = '' }) => (description === '' ? value : `${value}\t${description}`)),
    ...(files ? [':files'] : []),
  ]
    .map((line) => `${line.replaceAll('\n', ' ')}\n`)
    .join('');
