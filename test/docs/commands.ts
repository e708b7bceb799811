/** What a page of Markdown tells its reader to type, with the line of each. Pure: reads texts, runs nothing. */

export interface Command {
  /** From the root of the repository: `docs/health.md`. */
  readonly page: string;
  /** Counted from 1. */
  readonly line: number;
  /** As it stands there; of several lines where it goes on (a here-document, a backslash at the end). */
  readonly text: string;
}

/** A block between fences. */
interface Block {
  readonly language: string;
  readonly line: number;
  readonly lines: readonly string[];
}

export const where = ({ page, line }: Command): string => `${page}:${line}`;

/** Every command of every `sh` block, in the order of the page. */
export const commandsOf = (page: string, text: string): Command[] =>
  blocksOf(text)
    .filter(({ language }) => language === 'sh')
    .flatMap((block) => grouped(page, block));

/** Commands in backquotes that call one of our programs by name; of a table too. */
export function spansOf(page: string, text: string): Command[] {
  const lines = outsideBlocks(text);
  return lines.flatMap((line, index) =>
    [...line.matchAll(/`((?:coordinator|sidecar) [^`]+)`/g)].map(([, span = '']) => ({
      page,
      line: index + 1,
      text: span.replaceAll('\\|', '|'),
    })),
  );
}

/** Of the reference of commands: lines that call a program and are no pattern of how it is called. */
export const examplesOf = (page: string, text: string): Command[] =>
  blocksOf(text)
    .filter(({ language }) => language === 'text')
    .flatMap((block) => grouped(page, block))
    .filter(({ text: line }) => /\b(coordinator|sidecar)\b/.test(line) && !/\[(options|command)\]/.test(line))
    .map((command) => ({ ...command, text: withoutRemark(command.text) }));

/** The examples of the help stand beside what they do, with two blanks between. */
const withoutRemark = (text: string): string => text.replace(/ {2,}[a-z#].*$/, '');

/** The lines of the page, those of blocks empty. */
function outsideBlocks(text: string): string[] {
  let inside = false;
  return text.split('\n').map((line) => {
    if (!/^\s*```/.test(line)) return inside ? '' : line;
    inside = !inside;
    return '';
  });
}

export function blocksOf(text: string): Block[] {
  const blocks: Block[] = [];
  let open: { language: string; line: number; indent: number; lines: string[] } | undefined;
  text.split('\n').forEach((line, index) => {
    const [, indent = '', language = ''] = /^(\s*)```(\w*)/.exec(line) ?? [];
    const isFence = /^\s*```/.test(line);
    if (open === undefined) {
      if (isFence) open = { language, line: index + 2, indent: indent.length, lines: [] };
    } else if (isFence) {
      blocks.push(open);
      open = undefined;
    } else open.lines.push(line.slice(open.indent));
  });
  if (open !== undefined) throw new Error(`The block of line ${open.line} has no end.`);
  return blocks;
}

/** Lines that belong together become one command; remarks that stand alone and empty lines are none. */
function grouped(page: string, { line: first, lines }: Block): Command[] {
  const commands: Command[] = [];
  for (let index = 0; index < lines.length; index += 1) {
    const line = first + index;
    let text = lines[index] ?? '';
    const end = /<<-?\s*(['"]?)(\w+)\1/.exec(text)?.[2];
    const goesOn = (): boolean =>
      end === undefined ? text.endsWith('\\') : (lines[index] ?? '').trim() !== end || !text.includes('\n');
    while (goesOn() && index + 1 < lines.length) {
      index += 1;
      text += `\n${lines[index] ?? ''}`;
    }
    if (text.trim() !== '' && !/^\s*#/.test(text)) commands.push({ page, line, text });
  }
  return commands;
}
