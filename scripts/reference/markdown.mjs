// Markdown of what is made: tables, anchors, and texts that are no markup. Pure.

/** The first line of every page that is made. */
export const madeFrom = (what) => `<!-- Made by \`node scripts/reference.mjs\` from ${what}: change those. -->`;

/** Rows of cells that are Markdown already. */
export const table = (head, rows) =>
  [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.map(inCell).join(' | ')} |`).join('\n');

const inCell = (text) =>
  String(text)
    .replaceAll(/(?<!\\)\|/g, '\\|')
    .replaceAll('\n', ' ');

/** A sentence that may have `code` in it, and nothing else that is markup. */
export const prose = (text) =>
  text
    .split(/(`[^`]*`)/)
    .map((part) => (part.startsWith('`') ? part : part.replaceAll(/[<>*_[\]]/g, (sign) => `\\${sign}`)))
    .join('');

export const code = (text) => (text === '' ? '' : `\`${text}\``);

/** Of a heading, as GitHub makes it. */
export const anchor = (heading) =>
  heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}_ -]/gu, '')
    .replaceAll(' ', '-');
