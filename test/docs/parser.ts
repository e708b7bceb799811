/** Whether one of our programs would take a command line: asked of its own parser, with every verb's action left out. */
import { type Command as Verb, CommanderError } from 'commander';
import { programOf as coordinatorProgram } from '@outrider/coordinator/cli/main.js';
import { programOf as sidecarProgram } from '@outrider/sidecar/cli/program.js';

const nothing = (): Promise<void> => Promise.resolve();
const PROGRAMS: Readonly<Record<string, () => Verb>> = {
  coordinator: () => coordinatorProgram(nothing),
  sidecar: () => sidecarProgram(nothing),
};

/** What prose may leave out of a command. */
const LEFT_OUT = new Set(['commander.missingArgument', 'commander.optionMissingArgument', 'commander.help']);

/**
 * `words` without those of a shell: `['coordinator', 'rollout', '--version', '1.0.0']`. Returns what the parser says is
 * wrong, or undefined. `partly`: arguments may be missing, as where prose names a verb.
 */
export async function problemOf(words: readonly string[], partly = false): Promise<string | undefined> {
  const [name = '', ...rest] = words;
  const program = PROGRAMS[name]?.();
  if (program === undefined) throw new Error(`${name} is none of our programs.`);
  everyVerb(program, (verb) => {
    verb.exitOverride().configureOutput({ writeOut: () => undefined, writeErr: () => undefined });
    if (verb.commands.length === 0 || hasAction(verb)) verb.action(nothing);
  });
  if (verbOf(program, rest) === undefined) return `unknown command '${rest.join(' ')}'`;
  try {
    await program.parseAsync(rest, { from: 'user' });
    return undefined;
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0 || (partly && LEFT_OUT.has(error.code))) return undefined;
    return error.message;
  }
}

/** `rollout` does something by itself and has verbs of its own. */
const hasAction = (verb: Verb): boolean =>
  (verb as unknown as { readonly _actionHandler: unknown })._actionHandler !== null;

/** The program itself where the words begin with flags alone. */
function verbOf(program: Verb, words: readonly string[]): Verb | undefined {
  const word = words.find((one) => !one.startsWith('-'));
  if (word === undefined) return program;
  return program.commands.find((verb) => verb.name() === word || verb.aliases().includes(word));
}

function everyVerb(verb: Verb, act: (verb: Verb) => void): void {
  act(verb);
  for (const child of verb.commands) everyVerb(child, act);
}

const SEPARATORS = /^(?:\|\|?|&&?|;|\(|\)|\n)$/;
const TOKEN =
  /\s+|#[^\n]*|'[^']*'|"(?:\\.|[^"\\])*"|\|\||&&|\d?>&\d|\d?>>?|<<?|[|&;()\n]|(?:\\[\s\S]|[^\s'"|&;()<>\\])+/g;

/** The calls of our programs in a line of shell, each as its words; those in `$(...)` too. Quotes are taken away. */
export function callsOf(text: string): string[][] {
  const calls: string[][] = [];
  for (const [, inner = ''] of text.matchAll(/\$\(((?:[^()]|\([^()]*\))*)\)/g)) calls.push(...callsOf(inner));
  for (const words of simpleCommands(text.replace(/<<-?\s*(['"]?)(\w+)\1[\s\S]*?\n\s*\2\s*(?=\n|$)/g, ''))) {
    const start = words.findIndex((word) => !/^\w+=/.test(word));
    if (PROGRAMS[words[start] ?? ''] !== undefined) calls.push(words.slice(start));
  }
  return calls;
}

function simpleCommands(text: string): string[][] {
  const commands: string[][] = [[]];
  let word = '';
  let isQuoted = false;
  let skips = false;
  const flush = (): void => {
    if (word !== '' || isQuoted) {
      if (!skips) commands.at(-1)?.push(word);
      skips = false;
    }
    word = '';
    isQuoted = false;
  };
  for (const [token] of text.matchAll(TOKEN)) {
    if (/^\s+$/.test(token) || SEPARATORS.test(token) || token.startsWith('#')) {
      if (token.startsWith('#') && word !== '') {
        word += token;
        continue;
      }
      flush();
      if (SEPARATORS.test(token) || token.includes('\n')) commands.push([]);
    } else if (/^(?:\d?>>?|<<?)$/.test(token)) {
      flush();
      skips = true;
    } else if (/^\d?>&\d$/.test(token)) flush();
    else {
      isQuoted ||= /^['"]/.test(token);
      word += /^['"]/.test(token) ? token.slice(1, -1) : token.replaceAll(/\\\n/g, '').replaceAll(/\\(.)/g, '$1');
    }
  }
  flush();
  return commands.filter((words) => words.length > 0);
}
