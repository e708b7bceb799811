/**
 * `$` in the texts of agents.yaml. What another program takes as it stands must be escaped; what it fills in
 * itself becomes a `${NAME}` of ours. Until a text is finished, such references are held in it as marks, so that
 * quoting, splitting and escaping leave them alone.
 */
const MARK = /\uE000(\d+)\uE001/g;

export class References {
  private readonly held: string[] = [];

  /** A mark that stands for `reference` until the text is finished. */
  hold(reference: string): string {
    this.held.push(reference);
    return `\uE000${this.held.length - 1}\uE001`;
  }

  /** The text for agents.yaml: every `$` of its own as it stands, every mark as what it stands for. */
  finish(text: string): string {
    return literal(text).replace(MARK, (mark, index: string) => this.held[Number(index)] ?? mark);
  }
}

/** A text that agents.yaml reads as exactly this one. */
export const literal = (text: string): string => text.replace(/\$(?=[${])/g, '$$$$');

/** For comments and messages: one line, nothing that moves a cursor. */
export const printable = (text: string): string =>
  text
    .replace(MARK, '...')
    .replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, ' ')
    .trim();
