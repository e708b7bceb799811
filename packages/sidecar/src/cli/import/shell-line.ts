/** A command line as a shell reads it: words where words are enough, a shell only where one is needed. Runs nothing. */
import { readQuoted } from '@outrider/shared/release/split-words.js';

interface Token {
  readonly kind: 'word' | 'operator';
  /** Quotes taken away. */
  readonly text: string;
  /** Only a shell knows what it stands for: a variable, a pattern, a command in a command. */
  readonly dynamic: boolean;
  readonly at: number;
}

export interface ShellCommand {
  /** `NAME=value` in front of the program. */
  readonly environment: Readonly<Record<string, string>>;
  /** Of a `cd FOLDER &&` in front. */
  readonly folder?: string;
  readonly command: readonly string[];
}

const ASSIGNMENT = /^([A-Za-z_][A-Za-z0-9_]*)=(.*)$/s;
const OPERATOR = /^(?:&&|\|\||;;|>>|<<|>&|<&|[&|;<>()\n])/;
/** What a backslash takes its meaning from, between double quotes. */
const SHELL_ESCAPES = /["\\$`]/;
/** They are part of the shell, or begin something that is. */
const SHELL_WORDS = new Set(
  '. : ! { alias bg break case cd continue eval exec exit export fg for hash if jobs read return set shift source time times trap type ulimit umask unset until wait while ['.split(
    ' ',
  ),
);

/** @returns undefined where a quote is not closed. */
export function shellCommand(line: string): ShellCommand | undefined {
  const tokens = tokensOf(line);
  if (tokens === undefined) return undefined;
  const [first, folder, then, ...rest] = tokens;
  if (first?.text === 'cd' && folder?.kind === 'word' && !folder.dynamic && then?.text === '&&') {
    const inside = withoutShell(rest);
    if (inside !== undefined) return { ...inside, folder: folder.text };
  }
  return withoutShell(tokens) ?? { environment: {}, command: ['sh', '-c', withExec(line, tokens)] };
}

function withoutShell(tokens: readonly Token[]): ShellCommand | undefined {
  if (tokens.some(({ kind, dynamic }) => kind === 'operator' || dynamic)) return undefined;
  const words = tokens.map(({ text }) => text);
  const start = words.findIndex((word) => !ASSIGNMENT.test(word));
  if (start < 0) return undefined;
  const environment = Object.fromEntries(
    words.slice(0, start).map((word) => [word.slice(0, word.indexOf('=')), word.slice(word.indexOf('=') + 1)]),
  );
  const command = words.slice(words[start] === 'exec' ? start + 1 : start);
  return command[0] === undefined || SHELL_WORDS.has(command[0]) ? undefined : { environment, command };
}

/** The shell becomes its last program where it can: signals then reach that program, and no shell is left in between. */
function withExec(line: string, tokens: readonly Token[]): string {
  const operators = tokens.filter(({ kind }) => kind === 'operator');
  if (operators.some(({ text }) => !/^(?:&&|;|<|>|>>|>&|<&)$/.test(text))) return line;
  const last = tokens.findLastIndex(({ kind, text }) => kind === 'operator' && (text === '&&' || text === ';'));
  const program = tokens.slice(last + 1).find(({ text }) => !ASSIGNMENT.test(text));
  if (program?.kind !== 'word' || SHELL_WORDS.has(program.text)) return line;
  if (tokens.some(({ text }) => /^(?:if|for|while|until|case|\{|trap)$/.test(text))) return line;
  return `${line.slice(0, program.at)}exec ${line.slice(program.at)}`;
}

function tokensOf(line: string): readonly Token[] | undefined {
  const tokens: Token[] = [];
  let at = 0;
  while (at < line.length) {
    const rest = line.slice(at, at + 2);
    const operator = OPERATOR.exec(rest)?.[0];
    if (operator !== undefined) {
      tokens.push({ kind: 'operator', text: operator, dynamic: false, at });
      at += operator.length;
    } else if (/^\s/.test(rest)) at += 1;
    else if (rest.startsWith('#')) break;
    else {
      const word = readWord(line, at);
      if (word === undefined) return undefined;
      tokens.push(word.token);
      at = word.end;
    }
  }
  return tokens;
}

function readWord(line: string, at: number): { readonly token: Token; readonly end: number } | undefined {
  let text = '';
  let dynamic = line.charAt(at) === '~';
  let index = at;
  for (; index < line.length; index += 1) {
    const char = line.charAt(index);
    if (/\s/.test(char) || OPERATOR.test(char)) break;
    if (char === "'" || char === '"') {
      const quoted = readQuoted(line, index, SHELL_ESCAPES);
      if (quoted === undefined) return undefined;
      text += quoted.text;
      dynamic ||= char === '"' && expands(line.slice(index + 1, quoted.end));
      index = quoted.end;
    } else if (char === '\\') {
      index += 1;
      if (index === line.length) return undefined;
      text += line.charAt(index);
    } else {
      text += char;
      dynamic ||= /[*?[`]/.test(char) || expands(line.slice(index, index + 2));
    }
  }
  return { token: { kind: 'word', text, dynamic, at }, end: index };
}

const expands = (text: string): boolean => /(?:^|[^\\])(?:\$[A-Za-z0-9_{(@*#?$!-]|`)/.test(text);
