/** How wide text is on a terminal, and text cut so that it never wraps. Colours take no room. */
const PLAIN = /^[\x20-\x7e]*$/;
const COLOUR = /\u001b\[[0-9;]*m/g;
/** Take two columns. */
const WIDE =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Extended_Pictographic}/u;

/** Loading what knows of characters takes longer than all the rest of a short answer. */
export function widthOf(text: string): number {
  if (PLAIN.test(text)) return text.length;
  return charactersOf(text.replace(COLOUR, '')).reduce((sum, one) => sum + columnsOf(one), 0);
}

const columnsOf = (character: string): number => (WIDE.test(character) ? 2 : 1);

const charactersOf = (text: string): readonly string[] =>
  PLAIN.test(text) ? text.split('') : [...new Intl.Segmenter().segment(text)].map(({ segment }) => segment);

/** At most so wide; what was cut off is an ellipsis. A colour that began has its end. */
export function cut(text: string, width: number): string {
  if (widthOf(text) <= width) return text;
  if (width < 1) return '';
  let [kept, room, coloured] = ['', width - 1, false];
  for (const piece of text.split(/(\u001b\[[0-9;]*m)/)) {
    if (piece.startsWith('\u001b')) {
      kept += piece;
      coloured = piece !== RESET;
      continue;
    }
    for (const character of charactersOf(piece)) {
      room -= columnsOf(character);
      if (room < 0) return `${kept}…${coloured ? RESET : ''}`;
      kept += character;
    }
  }
  return kept;
}

const RESET = '\u001b[0m';

export const padded = (text: string, width: number): string => text + ' '.repeat(Math.max(0, width - widthOf(text)));

/** Columns of a terminal; undefined: nobody looks on, nothing has to fit. */
export const columnsOfTerminal = (
  stream: { readonly isTTY?: boolean; readonly columns?: number } = process.stdout,
): number | undefined => (stream.isTTY === true && (stream.columns ?? 0) > 0 ? stream.columns : undefined);
