/** What goes to standard output: JSON, or text for people. Everything else goes to standard error. */
export const printJson = (value: unknown): void => void process.stdout.write(`${JSON.stringify(value)}\n`);

export const print = (text: string): void => void process.stdout.write(text === '' ? '' : `${text}\n`);

/** Words of agents, for a terminal: what would steer it (all control characters but the tab) is shown as `\u241b`. */
export const harmless = (text: string): string =>
  text.replace(/[\u0000-\u0008\u000a-\u001f\u007f-\u009f]/g, (character) => {
    const code = character.charCodeAt(0);
    return code < 0x20 ? String.fromCharCode(0x2400 + code) : '\ufffd';
  });

/** A word to the person who looks on, never part of the answer. */
export const note = (text: string): void => void process.stderr.write(`${text}\n`);

/** One document: as JSON where it was asked for, else as text. */
export function show({ json }: { readonly json: boolean }, document: unknown, text: () => string): void {
  if (json) printJson(document);
  else print(text());
}
