/** Rows as columns that stand below each other. On a terminal they fit it: what is too long ends with an ellipsis. */
import { columnsOfTerminal, cut, padded, widthOf } from './width.js';

const GAP = 2;
/** No column gets narrower than this. */
const LEAST = 6;
/** So many columns say what a row is about. */
const NAMES = 2;

/** `columns`: how wide it may be; undefined: as wide as it is. */
export function table(
  rows: readonly (readonly string[])[],
  heads?: readonly string[],
  columns: number | undefined = columnsOfTerminal(),
): string {
  const all = heads === undefined ? rows : [heads, ...rows];
  const widths: number[] = [];
  for (const row of all) {
    for (const [index, cell] of row.entries()) widths[index] = Math.max(widths[index] ?? 0, widthOf(cell));
  }
  if (columns !== undefined) fit(widths, columns);
  return all
    .map((row) => {
      const line = row.map((cell, index) => padded(cut(cell, widths[index] ?? 0), widths[index] ?? 0));
      const whole = line.join(' '.repeat(GAP)).trimEnd();
      return columns === undefined ? whole : cut(whole, columns);
    })
    .join('\n');
}

/** Rows are told apart by their first columns: the others are cut first, the widest of them before the rest. */
function fit(widths: number[], columns: number): void {
  let over = widths.reduce((sum, width) => sum + width, GAP * (widths.length - 1)) - columns;
  while (over > 0) {
    const later = widths.slice(NAMES);
    const some = later.some((width) => width > LEAST) ? later : widths;
    const widest = Math.max(...some);
    if (widest <= LEAST) return;
    const index = some.lastIndexOf(widest) + widths.length - some.length;
    const next = Math.max(LEAST, ...some.filter((width) => width < widest));
    const taken = Math.min(over, Math.max(1, widest - next));
    widths[index] = widest - taken;
    over -= taken;
  }
}

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
