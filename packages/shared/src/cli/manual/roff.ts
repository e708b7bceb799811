/** A page as man(7), section 1. Every character of the text is what it says: none steers the formatter. */
import { partsOf } from './sections.js';
import type { Described, VerbPage } from './verb-pages.js';

export interface ManualOf {
  /** `Outrider 0.1.0` */
  readonly source: string;
  /** All pages, for SEE ALSO. */
  readonly pages: readonly VerbPage[];
}

/** `coordinator-release-push`: the name of the page, as git does it. */
export const manualName = ({ path }: Pick<VerbPage, 'path'>): string => path.join('-');

export function roffOf(page: VerbPage, { source, pages }: ManualOf): string {
  const name = manualName(page);
  return lines([
    `.TH ${quoted(name.toUpperCase())} 1 "" ${quoted(source)} ${quoted('Outrider Manual')}`,
    '.SH NAME',
    `${escaped(name)} \\- ${escaped(page.description.replace(/\.$/, ''))}`,
    '.SH SYNOPSIS',
    `.B ${escaped(page.path.join(' '))}`,
    escaped(page.usage),
    ...(page.verbs.length === 0 ? [] : ['.SH COMMANDS', ...page.verbs.flatMap(entry)]),
    ...(page.arguments.length === 0 ? [] : ['.SH ARGUMENTS', ...page.arguments.flatMap(entry)]),
    ...page.options.flatMap(({ heading, all }) => [
      `.SH ${quoted((heading === 'Options' ? heading : `Options ${heading}`).toUpperCase())}`,
      ...all.flatMap(entry),
    ]),
    ...moreLines(page.more),
    ...seeAlso(page, pages),
  ]);
}

const entry = ({ term, description }: Described): readonly string[] => [
  '.TP',
  `.B ${escaped(term)}`,
  // An entry without a body is none.
  description === '' ? '\\&' : escaped(description),
];

function moreLines(more: string): readonly string[] {
  const parts = partsOf(more);
  const [first] = parts;
  return [
    ...(first === undefined || first.kind === 'heading' ? [] : ['.SH DESCRIPTION']),
    ...parts.flatMap((part) => {
      switch (part.kind) {
        case 'heading':
          return [`.SH ${quoted(part.text.toUpperCase())}`];
        case 'prose':
          return ['.PP', escaped(part.text)];
        case 'literal':
          return ['.PP', '.RS 4', '.nf', ...part.lines.map(escaped), '.fi', '.RE'];
      }
    }),
  ];
}

/** The verb above, and those below. */
function seeAlso({ path }: VerbPage, pages: readonly VerbPage[]): readonly string[] {
  const near = pages.filter((other) => {
    const [shorter, longer] = other.path.length < path.length ? [other.path, path] : [path, other.path];
    return longer.length - shorter.length === 1 && shorter.every((word, index) => longer[index] === word);
  });
  if (near.length === 0) return [];
  return ['.SH SEE ALSO', near.map((other) => `\\fB${escaped(manualName(other))}\\fR(1)`).join(',\n')];
}

/** For a line of text: what the formatter would take for an order is not one. */
function escaped(text: string): string {
  const plain = text.replaceAll('\\', '\\e').replaceAll('-', '\\-').replaceAll("'", '\\(aq').replaceAll('`', '\\(ga');
  const marked = plain.replaceAll('^', '\\(ha').replaceAll('~', '\\(ti');
  return /^[.']/.test(marked) ? `\\&${marked}` : marked;
}

const quoted = (text: string): string => `"${escaped(text).replaceAll('"', '\\(dq')}"`;

const lines = (all: readonly string[]): string => `${all.join('\n')}\n`;
