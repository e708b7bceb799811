/**
 * Lines at the bottom of a terminal that are drawn again and again in their place, while what is to stay goes above them.
 * Knows how many rows its lines take by now: a terminal that has become narrower has wrapped them.
 */
import { widthOf } from '@outrider/shared/cli/width.js';

export interface Terminal {
  write(text: string): void;
  /** As it is now; 0: not known. */
  size(): { readonly columns: number; readonly rows: number };
}

export const STANDARD_OUTPUT: Terminal = {
  write: (text) => void process.stdout.write(text),
  size: () => ({ columns: process.stdout.columns, rows: process.stdout.rows }),
};

export class RedrawnBlock {
  /** How wide each line is. */
  private drawn: readonly number[] = [];

  constructor(private readonly terminal: Terminal) {}

  /** `above`: what stays, whole lines. All of it is one write, so that nothing flickers. */
  draw(lines: readonly string[], above = ''): void {
    const kept = above === '' ? '' : `${above}\n`;
    this.terminal.write(`${this.erased()}${kept}${lines.map((line) => `${line}\n`).join('')}`);
    this.drawn = lines.map(widthOf);
  }

  /** What is drawn stays as it is; what a key has echoed behind it goes. */
  leave(): void {
    if (this.drawn.length > 0) this.terminal.write('\r\u001b[K');
    this.drawn = [];
  }

  private erased(): string {
    const { columns } = this.terminal.size();
    const rows = this.drawn.reduce(
      (sum, width) => sum + (columns > 0 ? Math.max(1, Math.ceil(width / columns)) : 1),
      0,
    );
    return rows === 0 ? '' : `\r\u001b[${rows}A\u001b[J`;
  }
}
