/**
 * What a terminal shows after a program has written to it: as much of one as programs need that draw lines again in
 * place. Lines that are too long are wrapped, and wrapped anew where the terminal changes its width, as terminals do.
 */
export interface ScreenOptions {
  readonly columns: number;
  /** From this character of the output on it has so many columns. */
  readonly resizes?: readonly { readonly at: number; readonly columns: number }[];
}

const PIECE = /\u001b\[([0-9;?]*)([A-Za-z])|\r|\n|[^\r\n\u001b]+/gu;

/** Its lines, without colours and without empty ones at the end. Throws at what it does not know. */
export function screenOf(output: string, { columns, resizes = [] }: ScreenOptions): string[] {
  const screen = new Screen();
  let end = 0;
  for (const match of output.matchAll(PIECE)) {
    if (match.index !== end) throw new Error(`This is not understood: ${JSON.stringify(output.slice(end, end + 20))}`);
    end = match.index + match[0].length;
    const width = resizes.filter(({ at }) => at <= match.index).at(-1)?.columns ?? columns;
    const [piece, parameters = '', command] = match;
    if (command === undefined) screen.write(piece);
    else screen.obey(command, parameters, width);
  }
  if (end !== output.length) throw new Error(`This is not understood: ${JSON.stringify(output.slice(end, end + 20))}`);
  return screen.shown();
}

class Screen {
  /** As they were written: a line that is wrapped is one. */
  private readonly lines = [''];
  private line = 0;
  private column = 0;

  write(text: string): void {
    if (text === '\r') this.column = 0;
    else if (text === '\n') {
      this.line += 1;
      if (this.line === this.lines.length) this.lines.push('');
    } else {
      const before = (this.lines[this.line] ?? '').padEnd(this.column);
      this.lines[this.line] = before.slice(0, this.column) + text + before.slice(this.column + text.length);
      this.column += text.length;
    }
  }

  obey(command: string, parameters: string, columns: number): void {
    if (command === 'm') return;
    if (command === 'A') this.up(Number(parameters === '' ? 1 : parameters), columns);
    else if (command === 'K' && parameters === '') this.cut();
    else if (command === 'J' && parameters === '') {
      this.cut();
      this.lines.splice(this.line + 1);
    } else throw new Error(`ESC [ ${parameters} ${command} is not understood.`);
  }

  shown(): string[] {
    const last = this.lines.findLastIndex((line) => line !== '');
    return this.lines.slice(0, last + 1);
  }

  private cut(): void {
    this.lines[this.line] = (this.lines[this.line] ?? '').slice(0, this.column);
  }

  /** By rows, of which a wrapped line has several. */
  private up(rows: number, columns: number): void {
    const rowOfLine = Math.floor(this.column / columns);
    let left = rows - rowOfLine;
    const within = this.column % columns;
    if (left <= 0) {
      this.column -= rows * columns;
      return;
    }
    while (left > 0 && this.line > 0) {
      this.line -= 1;
      left -= Math.max(1, Math.ceil((this.lines[this.line] ?? '').length / columns));
    }
    this.column = within + Math.max(0, -left) * columns;
  }
}
