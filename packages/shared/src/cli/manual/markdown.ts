/** The pages of a program as one chapter of docs/cli.md. */
import { partsOf } from './sections.js';
import type { Described, VerbPage } from './verb-pages.js';

export function markdownOf(pages: readonly VerbPage[]): string {
  const [program] = pages;
  if (program === undefined) return '';
  const rows = pages
    .slice(1)
    .map(({ path, description }) => `| [${path.join(' ')}](#${anchor(path)}) | ${cell(description)} |`);
  return [
    `## ${program.path.join(' ')}`,
    program.description,
    ['| | |', '|---|---|', ...rows].join('\n'),
    ...bodyOf(program),
    ...pages.slice(1).flatMap((page) => [`### ${page.path.join(' ')}`, sentence(page.description), ...bodyOf(page)]),
  ].join('\n\n');
}

/** Options that every verb takes are told of once. */
function bodyOf({ path, usage, arguments: args, options, more }: VerbPage): readonly string[] {
  const own = options.filter(({ heading }) => path.length === 1 || heading === 'Options');
  const shown = own.flatMap(({ all }) => all.filter(({ term }) => path.length === 1 || !term.startsWith('-h, --help')));
  return [
    fenced([`${path.join(' ')} ${usage}`.trim()]),
    ...(args.length + shown.length === 0 ? [] : [list([...args, ...shown])]),
    ...partsOf(more).map((part) => {
      switch (part.kind) {
        case 'heading':
          return `${part.text}:`;
        case 'prose':
          return escaped(part.text);
        case 'literal':
          return fenced(part.lines);
      }
    }),
  ];
}

const list = (all: readonly Described[]): string =>
  all
    .map(({ term, description }) => `- \`${term}\`${description === '' ? '' : `: ${escaped(description)}`}`)
    .join('\n');

const fenced = (lines: readonly string[]): string => `\`\`\`text\n${lines.join('\n')}\n\`\`\``;

const anchor = (path: readonly string[]): string => path.join('-');

const escaped = (text: string): string => text.replaceAll(/[<>*_[\]]/g, (sign) => `\\${sign}`);

const cell = (text: string): string => escaped(text).replaceAll('|', '\\|');

const sentence = (text: string): string =>
  escaped(`${text.charAt(0).toUpperCase()}${text.slice(1)}`).replace(/\.?$/, '.');
