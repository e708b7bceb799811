/** Rows as columns that stand below each other; nothing is cut, nothing is coloured. */
export function table(rows: readonly (readonly string[])[], heads?: readonly string[]): string {
  const all = heads === undefined ? rows : [heads, ...rows];
  const widths: number[] = [];
  for (const row of all) {
    for (const [index, cell] of row.entries()) widths[index] = Math.max(widths[index] ?? 0, widthOf(cell));
  }
  return all
    .map((row) =>
      row
        .map((cell, index) => cell + ' '.repeat(Math.max(0, (widths[index] ?? 0) - widthOf(cell))))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** Loading what knows of characters takes longer than all the rest of a short answer. */
const PLAIN = /^[\x20-\x7e]*$/;

/** Characters as people count them. */
const widthOf = (cell: string): number =>
  PLAIN.test(cell) ? cell.length : [...new Intl.Segmenter().segment(cell)].length;

const CODES = { red: 31, green: 32, yellow: 33, blue: 34, grey: 90, bold: 1 } as const;

/** Colour on a terminal; plain in a pipe and where NO_COLOR is set. */
export function paint(
  text: string,
  colour: keyof typeof CODES,
  stream: { readonly isTTY?: boolean } = process.stdout,
): string {
  const wanted = stream.isTTY === true && (process.env['NO_COLOR'] ?? '') === '' && process.env['TERM'] !== 'dumb';
  return wanted ? `\u001b[${CODES[colour]}m${text}\u001b[0m` : text;
}
